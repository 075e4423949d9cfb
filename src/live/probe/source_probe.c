// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_probe - /vmdoctor/probe/TAP/MAC/ADDRESS.json: what a network probe of one interface saw
 *
 * TAP is the guest's device on the host, MAC the guest's own, ADDRESS its IPv4 address or "-".
 * One process probes one interface: once its devices are open it gives up every privilege, and
 * whatever ends it takes the port with it.
 *
 *	{tap, bridge, uplink, gateway, own-address, refused, port-error, ready-ms, duration-ms, frames,
 *	 capture: [{place, error}], step: [{name, sent, answers, bridge-in, bridge-out, uplink-out,
 *	 uplink-in, uplink-source, answer: [{kind, code, mac, source, after-us, …}]}], guest: {…}}
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cap-ng.h>

#include "formats/ipv4.h"
#include "live/probe/packet.h"
#include "live/probe/probe.h"
#include "live/probe/probe_capture.h"
#include "live/probe/probe_plan.h"
#include "live/probe/probe_port.h"
#include "live/probe/probe_site.h"

#define TICK_MS 20
#define PORT_WAIT_US 1500000 /* beyond what the bridge's own delay explains */
#define PORT_WAIT_MAX_US 6000000
#define PROBE_MAX_US 12000000
#define NOBODY_UID 65534

struct probe_source {
	struct source source;
	struct source_probe_options options; /* borrowed strings */
};

static int64_t now_us(void)
{
	return g_get_monotonic_time();
}

static const char *refusal(const struct probe *p)
{
	if (!*p->where.bridge)
		return "no-bridge";
	if (p->where.stp && p->where.has_outer_port && !p->request.force)
		return "stp-outer-port";
	return p->where.bridge_up ? NULL : "bridge-down";
}

static void open_captures(struct probe *p)
{
	const char *const devices[PROBE_PLACE_MAX_] = {
		[PROBE_TAP] = p->where.tap,
		[PROBE_BRIDGE] = p->where.bridge,
		[PROBE_UPLINK] = p->where.uplink,
	};

	p->capture = probe_capture_new();
	for (int i = 0; i < PROBE_PLACE_MAX_; i++)
		if (devices[i] && *devices[i])
			p->capture_errors[i] =
				probe_capture_add(p->capture, (enum probe_place)i, devices[i]);
	if (p->request.pcap_fd >= 0)
		probe_capture_dump(p->capture, p->request.pcap_fd);
}

static void open_port(struct probe *p)
{
	p->port.fd = -1;
	p->refused = refusal(p);
	if (!p->refused)
		p->port_error = probe_port_open(&p->where, &p->port);
}

/* What comes from here on is bytes that others chose. */
static int give_up_privileges(void)
{
	if (geteuid() != 0)
		return 0;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_change_id(NOBODY_UID, NOBODY_UID,
			    CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0)
		return -EPERM;
	/* The change made the kernel forget it: the port is to go at once with whoever asked. Source: prctl(2) */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -EPERM;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static void see(void *data, enum probe_place place, enum probe_way way, const struct packet *packet)
{
	struct probe *p = data;

	probe_plan_see(&p->plan, place, way, packet, now_us());
}

static void see_nothing(void *data G_GNUC_UNUSED, enum probe_place place G_GNUC_UNUSED,
			enum probe_way way G_GNUC_UNUSED, const struct packet *packet G_GNUC_UNUSED)
{
}

static void read_port(struct probe *p)
{
	uint8_t frame[2048];
	struct packet packet;

	for (int i = 0; p->port.fd >= 0 && i < 64; i++) {
		ssize_t size = read(p->port.fd, frame, sizeof(frame));

		if (size <= 0)
			return;
		if (packet_parse(frame, (size_t)size, &packet))
			see(p, PROBE_PORT, PROBE_IN, &packet);
	}
}

/* Waits for a frame, at most one tick. */
static void wait_frames(struct probe *p)
{
	struct pollfd fds[CAPTURE_HANDLES_MAX + 1];
	size_t count = probe_capture_poll(p->capture, fds);

	if (p->port.fd >= 0)
		fds[count++] = (struct pollfd){ .fd = p->port.fd, .events = POLLIN };
	poll(fds, count, TICK_MS);
}

static void watch_port(struct probe *p)
{
	int64_t wait_us = PORT_WAIT_US;

	if (p->plan.ready_us || p->plan.gave_up_port)
		return;
	p->port_state = probe_port_state(&p->port);
	if (p->where.stp)
		wait_us += 2 * (int64_t)p->where.forward_delay_ms * 1000;
	if (p->port_state == 3)
		probe_plan_ready(&p->plan, now_us());
	else if (now_us() - p->begin_us > MIN(wait_us, PORT_WAIT_MAX_US))
		probe_plan_no_port(&p->plan);
}

static void send_due(struct probe *p)
{
	uint8_t frame[PACKET_BYTES_MAX];
	enum probe_place place;
	size_t size = probe_plan_take(&p->plan, now_us(), frame, &place);

	if (size == 0)
		return;
	probe_capture_keep(p->capture, frame, size);
	if (place == PROBE_TAP) {
		int r = probe_capture_send(p->capture, place, frame, size);

		if (r < 0)
			p->guest_error = r;
	} else if (write(p->port.fd, frame, size) < 0) {
		p->port_error = -errno;
	}
}

static void run(struct probe *p)
{
	probe_capture_read(p->capture, see_nothing, p);
	while (!probe_plan_done(&p->plan, now_us()) && now_us() - p->begin_us < PROBE_MAX_US) {
		watch_port(p);
		send_due(p);
		wait_frames(p);
		read_port(p);
		probe_capture_read(p->capture, see, p);
	}
	p->end_us = now_us();
}

static int probe(struct probe *p, char **ret_json)
{
	struct probe_site site;
	int r = probe_site_find(&p->request, &p->where, &site);

	if (r < 0)
		return r;
	open_port(p);
	open_captures(p);
	r = give_up_privileges();
	site.random = g_random_int();
	site.own_mac[0] = 0x52; /* QEMU's prefix is 52:54:00: it looks like the guest that it plays */
	site.own_mac[1] = 0x54;
	for (int i = 3; i < PACKET_MAC_BYTES; i++)
		site.own_mac[i] = (uint8_t)g_random_int_range(0, 256);
	site.can_send = p->port.fd >= 0;
	site.can_reach_guest = p->capture_errors[PROBE_TAP] == 0;
	p->begin_us = now_us();
	probe_plan_begin(&p->plan, &site, p->begin_us);
	if (r == 0) {
		run(p);
		*ret_json = probe_json(p);
	}
	probe_port_close(&p->port);
	probe_capture_free(p->capture);
	return r;
}

/* TAP/MAC/ADDRESS.json */
static bool parse_path(const char *path, struct probe_request *ret)
{
	g_auto(GStrv) parts = g_strsplit(path + strlen("/vmdoctor/probe/"), "/", 4);
	g_autofree char *address = NULL;

	if (g_strv_length(parts) != 3 || !g_str_has_suffix(parts[2], ".json") ||
	    strlen(parts[0]) >= IF_NAMESIZE || !probe_mac_parse(parts[1], ret->guest_mac))
		return false;
	address = g_strndup(parts[2], strlen(parts[2]) - strlen(".json"));
	g_strlcpy(ret->tap, parts[0], IF_NAMESIZE);
	(void)ipv4_parse(address, &ret->guest_address); /* "-": not known */
	return true;
}

/* Of a second interface it is FILE.TAP. */
static int open_pcap(const struct source_probe_options *o, struct probe_request *rq)
{
	g_autofree char *second = o->pcap ? g_strdup_printf("%s.%s", o->pcap, rq->tap) : NULL;
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;

	if (!o->pcap)
		return 0;
	rq->pcap_fd = open(o->pcap, flags, 0600);
	if (rq->pcap_fd < 0 && errno == EEXIST)
		rq->pcap_fd = open(second, flags, 0600);
	return rq->pcap_fd < 0 ? -errno : 0;
}

static void probe_ask(struct source *src, const struct query *q, struct answer *ret)
{
	const struct source_probe_options *o = &((struct probe_source *)src)->options;
	struct probe p = { .request = { .force = o->force,
					.dns_name = o->name,
					.pcap_fd = -1 } };
	char *json = NULL;

	ret->error = -ENODATA;
	if (q->verb != SOURCE_READ || !parse_path(q->path, &p.request))
		return;
	(void)ipv4_parse(o->target, &p.request.target);
	ret->error = open_pcap(o, &p.request);
	if (ret->error == 0)
		ret->error = probe(&p, &json);
	if (ret->error == 0)
		ret->data = g_bytes_new_take(json, strlen(json));
}

static void probe_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops probe_ops = { .ask = probe_ask, .free = probe_free };

struct source *source_probe_new(const struct source_probe_options *o)
{
	struct probe_source *s = g_new0(struct probe_source, 1);

	s->source.ops = &probe_ops;
	s->options = *o;
	return &s->source;
}
