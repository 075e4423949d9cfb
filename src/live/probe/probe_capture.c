// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_capture - frames seen on several devices at once.
 */
#include "live/probe/probe_capture.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <glib.h>
#include <pcap/pcap.h>

#define SNAP_BYTES 400 /* DHCP's options begin at byte 282 of a frame */
#define BUFFER_BYTES (1 << 20)
#define READ_MAX 64 /* at a time, so that the deadline is looked at */
#define FILTER "arp or icmp or (udp and (port 67 or port 68 or port 53))"

struct handle {
	pcap_t *pcap;
	enum probe_place place;
	enum probe_way way;
};

struct probe_capture {
	struct handle handles[CAPTURE_HANDLES_MAX];
	size_t count;
	pcap_t *dead; /* what the dump's format is taken from */
	pcap_dumper_t *dump;
};

struct probe_capture *probe_capture_new(void)
{
	return g_new0(struct probe_capture, 1);
}

void probe_capture_free(struct probe_capture *c)
{
	for (size_t i = 0; i < c->count; i++)
		pcap_close(c->handles[i].pcap);
	if (c->dump)
		pcap_dump_close(c->dump);
	if (c->dead)
		pcap_close(c->dead);
	g_free(c);
}

static int errno_of(int status)
{
	switch (status) {
	case PCAP_ERROR_IFACE_NOT_UP:
		return -ENETDOWN;
	case PCAP_ERROR_PERM_DENIED:
		return -EPERM;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return -ENODEV;
	default:
		return -EIO;
	}
}

/* Warnings are above 0, and no failure. Not promiscuous: a tap shows all as it is. */
static int activate(pcap_t *p, enum probe_way way)
{
	struct bpf_program program;
	int r;

	pcap_set_snaplen(p, SNAP_BYTES);
	pcap_set_promisc(p, 0);
	pcap_set_immediate_mode(p, 1);
	pcap_set_timeout(p, 100);
	pcap_set_buffer_size(p, BUFFER_BYTES);
	r = pcap_activate(p);
	if (r < 0)
		return errno_of(r);
	if (pcap_compile(p, &program, FILTER, 1, PCAP_NETMASK_UNKNOWN) < 0)
		return -EIO;
	r = pcap_setfilter(p, &program);
	pcap_freecode(&program);
	if (r < 0 || pcap_setdirection(p, way == PROBE_IN ? PCAP_D_IN : PCAP_D_OUT) < 0 ||
	    pcap_datalink(p) != DLT_EN10MB)
		return -EIO;
	return 0;
}

static int add_way(struct probe_capture *c, enum probe_place place, enum probe_way way,
		   const char *device)
{
	char words[PCAP_ERRBUF_SIZE];
	pcap_t *p = c->count < CAPTURE_HANDLES_MAX ? pcap_create(device, words) : NULL;
	int r = p ? activate(p, way) : -ENOMEM;

	if (r == 0 && pcap_setnonblock(p, 1, words) < 0)
		r = -EIO;
	if (r == 0)
		c->handles[c->count++] = (struct handle){ p, place, way };
	else if (p)
		pcap_close(p);
	return r;
}

int probe_capture_add(struct probe_capture *c, enum probe_place place, const char *device)
{
	int r = add_way(c, place, PROBE_IN, device);

	return r < 0 ? r : add_way(c, place, PROBE_OUT, device);
}

int probe_capture_dump(struct probe_capture *c, int fd)
{
	FILE *f = fdopen(fd, "w");

	if (!f) {
		close(fd);
		return -errno;
	}
	c->dead = pcap_open_dead(DLT_EN10MB, SNAP_BYTES);
	c->dump = c->dead ? pcap_dump_fopen(c->dead, f) : NULL;
	if (!c->dump)
		fclose(f);
	return c->dump ? 0 : -EIO;
}

size_t probe_capture_poll(const struct probe_capture *c, struct pollfd *fds)
{
	for (size_t i = 0; i < c->count; i++)
		fds[i] = (struct pollfd){ .fd = pcap_get_selectable_fd(c->handles[i].pcap),
					  .events = POLLIN };
	return c->count;
}

struct reading {
	struct probe_capture *c;
	const struct handle *handle;
	void (*see)(void *data, enum probe_place place, enum probe_way way, const struct packet *p);
	void *data;
};

/* Of names that are asked for, or what an echo carries, nothing is kept. */
static void keep(struct probe_capture *c, const struct pcap_pkthdr *h, const uint8_t *bytes,
		 const struct packet *p)
{
	struct pcap_pkthdr cut = *h;

	cut.caplen = (bpf_u_int32)MIN(p->header_bytes, h->caplen);
	if (c->dump)
		pcap_dump((u_char *)c->dump, &cut, bytes);
}

static void on_frame(u_char *user, const struct pcap_pkthdr *h, const u_char *bytes)
{
	const struct reading *r = (const struct reading *)user;
	struct packet p;

	if (!packet_parse(bytes, h->caplen, &p))
		return;
	keep(r->c, h, bytes, &p);
	r->see(r->data, r->handle->place, r->handle->way, &p);
}

void probe_capture_read(struct probe_capture *c,
			void (*see)(void *data, enum probe_place place, enum probe_way way,
				    const struct packet *p),
			void *data)
{
	for (size_t i = 0; i < c->count; i++) {
		struct reading r = { c, &c->handles[i], see, data };

		pcap_dispatch(c->handles[i].pcap, READ_MAX, on_frame, (u_char *)&r);
	}
}

int probe_capture_send(struct probe_capture *c, enum probe_place place, const uint8_t *frame,
		       size_t size)
{
	size_t i = 0;

	while (i < c->count && c->handles[i].place != place)
		i++;
	if (i == c->count)
		return -ENODEV;
	errno = 0;
	if (pcap_inject(c->handles[i].pcap, frame, size) == (int)size)
		return 0;
	return errno == ENOBUFS ? -ENOBUFS : -EIO;
}

void probe_capture_keep(struct probe_capture *c, const uint8_t *frame, size_t size)
{
	struct pcap_pkthdr h = { .caplen = (bpf_u_int32)size, .len = (bpf_u_int32)size };
	struct packet p;

	gettimeofday(&h.ts, NULL);
	if (packet_parse(frame, size, &p))
		keep(c, &h, frame, &p);
}

unsigned int probe_capture_dropped(struct probe_capture *c)
{
	unsigned int dropped = 0;
	struct pcap_stat st;

	for (size_t i = 0; i < c->count; i++)
		if (pcap_stats(c->handles[i].pcap, &st) == 0)
			dropped += st.ps_drop;
	return dropped;
}
