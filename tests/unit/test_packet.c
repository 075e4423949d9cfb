// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of a network probe: what is built is understood, what is hostile is survived. */
#include "test.h"

#include <stdlib.h>

#include "live/probe/packet.h"

static const struct packet_ends ends = {
	.source_mac = { 0x52, 0x54, 0, 1, 2, 3 },
	.destination_mac = { 0x52, 0x54, 0, 4, 5, 6 },
	.source = 0xc0a87afa,	   /* 192.168.122.250 */
	.destination = 0xc0a87a01, /* 192.168.122.1 */
};

/* RFC 1071: over a header with its checksum in place the sum is 0. */
static uint16_t sum_of(const uint8_t *bytes, size_t size, uint32_t sum)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void arp_is_understood(void **state G_GNUC_UNUSED)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct packet p;
	size_t size = packet_arp_request(frame, &ends);

	assert_int_equal(size, 60);
	assert_true(packet_parse(frame, size, &p));
	assert_int_equal(p.kind, PACKET_ARP_REQUEST);
	assert_int_equal(p.source, ends.source);
	assert_int_equal(p.destination, ends.destination);
	assert_true(packet_same_mac(p.arp_mac, ends.source_mac));
	size = packet_arp_reply(frame, &ends);
	assert_true(packet_parse(frame, size, &p));
	assert_int_equal(p.kind, PACKET_ARP_REPLY);
	assert_true(packet_same_mac(p.destination_mac, ends.destination_mac));
}

static void an_echo_is_understood_and_has_its_checksums(void **state G_GNUC_UNUSED)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct packet p;
	size_t size = packet_echo(frame, &ends, 2, 0xabcd, 9, 56, true);

	assert_int_equal(size, 14 + 20 + 8 + 56);
	assert_true(packet_parse(frame, size, &p));
	assert_int_equal(p.kind, PACKET_ECHO_REQUEST);
	assert_int_equal(p.ttl, 2);
	assert_int_equal(p.id, 0xabcd);
	assert_int_equal(p.sequence, 9);
	assert_int_equal(p.header_bytes, 42);
	assert_int_equal(sum_of(frame + 14, 20, 0), 0);
	assert_int_equal(sum_of(frame + 34, size - 34, 0), 0);
	assert_int_equal(frame[20], 0x40);
	/* More than a frame holds is cut. */
	assert_int_equal(packet_echo(frame, &ends, 2, 1, 1, 9000, false), 1514);
}

static void a_discover_is_understood_and_has_its_checksum(void **state G_GNUC_UNUSED)
{
	uint8_t frame[PACKET_BYTES_MAX];
	struct packet p;
	size_t size = packet_dhcp_discover(frame, ends.source_mac, 0x12345678);

	assert_int_equal(size, 14 + 20 + 8 + 300);
	assert_true(packet_parse(frame, size, &p));
	assert_int_equal(p.kind, PACKET_DHCP_REQUEST);
	assert_int_equal(p.dhcp_type, DHCP_DISCOVER);
	assert_int_equal(p.dhcp_transaction, 0x12345678);
	assert_true(packet_same_mac(p.dhcp_client_mac, ends.source_mac));
	/* 0.0.0.0, 255.255.255.255, protocol 17, length 308 */
	assert_int_equal(sum_of(frame + 34, size - 34, 0xffff + 0xffff + 17 + 308), 0);
}

static void a_dns_question_is_understood(void **state G_GNUC_UNUSED)
{
	char label[66] = "", full[260] = "";
	uint8_t frame[PACKET_BYTES_MAX];
	struct packet p;
	size_t size = packet_dns(frame, &ends, 40006, 77, "example.org", 1, 1);

	assert_true(packet_parse(frame, size, &p));
	assert_int_equal(p.kind, PACKET_DNS_QUERY);
	assert_int_equal(p.id, 77);
	assert_int_equal(p.source_port, 40006);
	assert_int_equal(p.destination_port, 53);
	assert_int_equal(p.header_bytes, 14 + 20 + 8 + 4);
	memset(label, 'a', 64);
	assert_int_equal(packet_dns(frame, &ends, 1, 1, label, 1, 1), 0);
	memset(full, 'a', 256);
	assert_int_equal(packet_dns(frame, &ends, 1, 1, full, 1, 1), 0);
	assert_int_equal(packet_dns(frame, &ends, 1, 1, "a..b", 1, 1), 0);
}

/* An error of the gateway's about @frame. */
static size_t quote(uint8_t *out, const uint8_t *frame, uint8_t type, uint8_t code, uint16_t low)
{
	memcpy(out, frame, 34);
	out[14 + 2] = 0;
	out[14 + 3] = 56;
	out[14 + 9] = 1;
	memset(out + 34, 0, 8);
	out[34] = type;
	out[35] = code;
	out[40] = (uint8_t)(low >> 8);
	out[41] = (uint8_t)low;
	memcpy(out + 42, frame + 14, 28);
	return 70;
}

static void an_error_says_what_it_is_about(void **state G_GNUC_UNUSED)
{
	uint8_t frame[PACKET_BYTES_MAX], error[PACKET_BYTES_MAX];
	struct packet p;

	packet_echo(frame, &ends, 1, 0xabcd, 8, 56, false);
	assert_true(packet_parse(error, quote(error, frame, 11, 0, 0), &p));
	assert_int_equal(p.kind, PACKET_TIME_EXCEEDED);
	assert_true(p.has_quote);
	assert_int_equal(p.quoted_protocol, 1);
	assert_int_equal(p.quoted_id, 0xabcd);
	assert_int_equal(p.quoted_sequence, 8);
	assert_int_equal(p.quoted_destination, ends.destination);
	assert_true(packet_parse(error, quote(error, frame, 3, 4, 1400), &p));
	assert_int_equal(p.kind, PACKET_UNREACHABLE);
	assert_int_equal(p.code, 4);
	assert_int_equal(p.mtu, 1400);
	packet_dns(frame, &ends, 40006, 1, "a", 1, 1);
	assert_true(packet_parse(error, quote(error, frame, 3, 3, 0), &p));
	assert_int_equal(p.quoted_source_port, 40006);
	assert_int_equal(p.quoted_destination_port, 53);
	/* One that is cut within the quote says nothing of what it is about. */
	assert_true(packet_parse(error, 60, &p));
	assert_false(p.has_quote);
}

static void a_vlan_tag_is_skipped(void **state G_GNUC_UNUSED)
{
	uint8_t frame[PACKET_BYTES_MAX], tagged[PACKET_BYTES_MAX];
	struct packet p;
	size_t size = packet_arp_request(frame, &ends);

	memcpy(tagged, frame, 12);
	memcpy(tagged + 12, "\x81\x00\x00\x2a", 4);
	memcpy(tagged + 16, frame + 12, size - 12);
	assert_true(packet_parse(tagged, size + 4, &p));
	assert_int_equal(p.kind, PACKET_ARP_REQUEST);
}

/* Each prefix lies in a block of just its size, so that a sanitizer sees a byte read too far. */
static void every_cut_is_survived(void **state G_GNUC_UNUSED)
{
	uint8_t frames[4][PACKET_BYTES_MAX];
	size_t sizes[4] = {
		packet_arp_request(frames[0], &ends),
		packet_echo(frames[1], &ends, 64, 1, 1, 56, false),
		packet_dhcp_discover(frames[2], ends.source_mac, 1),
		packet_dns(frames[3], &ends, 40000, 1, "example.org", 1, 1),
	};

	for (size_t f = 0; f < 4; f++)
		for (size_t size = 0; size <= sizes[f]; size++) {
			g_autofree uint8_t *cut = g_memdup2(frames[f], size ? size : 1);
			struct packet p;

			assert_int_equal(packet_parse(cut, size, &p), size >= 14);
			assert_true(p.header_bytes <= size);
		}
}

/* A length field that lies, an option that ends beyond the frame: at random, but always the same. */
static void random_damage_is_survived(void **state G_GNUC_UNUSED)
{
	GRand *rand = g_rand_new_with_seed(1);
	unsigned int kinds[PACKET_DNS_REPLY + 1] = { 0 };

	for (int i = 0; i < 200000; i++) {
		uint8_t frame[PACKET_BYTES_MAX];
		size_t size = i % 3 == 0 ? packet_dhcp_discover(frame, ends.source_mac, 1) :
			      i % 3 == 1 ? packet_dns(frame, &ends, 40000, 1, "a.example", 1, 1) :
					   packet_echo(frame, &ends, 1, 1, 1, 8, false);
		int flips = g_rand_int_range(rand, 1, 6);
		struct packet p;

		while (flips-- > 0)
			frame[g_rand_int_range(rand, 12, (int)size)] = (uint8_t)g_rand_int(rand);
		size = (size_t)g_rand_int_range(rand, 14, (int)size + 1);
		g_autofree uint8_t *exact = g_memdup2(frame, size);
		assert_true(packet_parse(exact, size, &p));
		assert_true(p.header_bytes <= size);
		kinds[p.kind]++;
	}
	/* The damage is not such that nothing would be parsed. */
	assert_true(kinds[PACKET_DHCP_REQUEST] > 1000 && kinds[PACKET_DNS_QUERY] > 1000);
	assert_true(kinds[PACKET_OTHER] > 1000);
	g_rand_free(rand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arp_is_understood),
		cmocka_unit_test(an_echo_is_understood_and_has_its_checksums),
		cmocka_unit_test(a_discover_is_understood_and_has_its_checksum),
		cmocka_unit_test(a_dns_question_is_understood),
		cmocka_unit_test(an_error_says_what_it_is_about),
		cmocka_unit_test(a_vlan_tag_is_skipped),
		cmocka_unit_test(every_cut_is_survived),
		cmocka_unit_test(random_damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
