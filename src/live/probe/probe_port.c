// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_port - a temporary port of our own in a bridge.
 */
#include "live/probe/probe_port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "live/probe/packet.h"
#include "live/probe/probe_site.h"

#define PORT_NAME "vmdoctor%d" /* the kernel numbers it */

static int control(int sock, unsigned long what, struct ifreq *rq)
{
	return ioctl(sock, what, rq) < 0 ? -errno : 0;
}

static struct ifreq request(const char *name)
{
	struct ifreq rq = { 0 };

	g_strlcpy(rq.ifr_name, name, IF_NAMESIZE);
	return rq;
}

static int create(struct probe_port *port)
{
	struct ifreq rq = request(PORT_NAME);
	int r;

	port->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (port->fd < 0)
		return -errno;
	rq.ifr_flags = IFF_TAP | IFF_NO_PI;
	r = control(port->fd, TUNSETIFF, &rq);
	g_strlcpy(port->name, rq.ifr_name, IF_NAMESIZE);
	return r;
}

static int set_mac(int sock, const char *name)
{
	uint8_t mac[PACKET_MAC_BYTES] = { 0xfe, 0xff, 0xff };
	struct ifreq rq = request(name);

	for (int i = 3; i < PACKET_MAC_BYTES; i++)
		mac[i] = (uint8_t)g_random_int_range(0, 256);
	rq.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(rq.ifr_hwaddr.sa_data, mac, PACKET_MAC_BYTES);
	return control(sock, SIOCSIFHWADDR, &rq);
}

/* Where the kernel has no IPv6, there is nothing to switch off. */
static void disable_ipv6(const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		fprintf(stderr, "vmdoctor: %s: %s\n", path, g_strerror(errno));
	close(fd);
}

static int set_mtu(int sock, const char *name, unsigned int mtu)
{
	struct ifreq rq = request(name);

	rq.ifr_mtu = (int)mtu;
	return control(sock, SIOCSIFMTU, &rq);
}

static int join(int sock, const char *name, const char *bridge)
{
	struct ifreq rq = request(bridge);

	rq.ifr_ifindex = (int)if_nametoindex(name);
	return control(sock, SIOCBRADDIF, &rq);
}

static int set_up(int sock, const char *name)
{
	struct ifreq rq = request(name);

	rq.ifr_flags = IFF_UP;
	return control(sock, SIOCSIFFLAGS, &rq);
}

static int configure(const struct probe_port *port, const struct probe_where *where)
{
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (sock < 0)
		return -errno;
	disable_ipv6(port->name);
	r = set_mac(sock, port->name);
	if (r == 0)
		r = set_mtu(sock, port->name, where->mtu);
	if (r == 0)
		r = join(sock, port->name, where->bridge);
	if (r == 0)
		r = set_up(sock, port->name);
	close(sock);
	return r;
}

int probe_port_open(const struct probe_where *where, struct probe_port *ret)
{
	struct probe_port port = { .fd = -1 };
	int r = create(&port);

	if (r == 0)
		r = configure(&port, where);
	if (r < 0) {
		probe_port_close(&port);
		return r;
	}
	*ret = port;
	return 0;
}

void probe_port_close(struct probe_port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
}

static const struct rtattr *attribute(const struct rtattr *a, size_t length, unsigned int type)
{
	for (; RTA_OK(a, length); a = RTA_NEXT(a, length))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

static const struct rtattr *inside(const struct rtattr *a, unsigned int type)
{
	return a ? attribute(RTA_DATA(a), RTA_PAYLOAD(a), type) : NULL;
}

/* Of an answer to RTM_GETLINK: linkinfo, of the port's master, its state. */
static int state_in(const struct nlmsghdr *head, size_t bytes)
{
	const struct rtattr *state;

	if (!NLMSG_OK(head, bytes) || head->nlmsg_type != RTM_NEWLINK ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(struct ifinfomsg)))
		return -EIO;
	state = attribute(IFLA_RTA(NLMSG_DATA(head)), IFLA_PAYLOAD(head), IFLA_LINKINFO);
	state = inside(inside(state, IFLA_INFO_SLAVE_DATA), IFLA_BRPORT_STATE);
	return state && RTA_PAYLOAD(state) >= 1 ? *(const uint8_t *)RTA_DATA(state) : -ENOENT;
}

static int state_by_netlink(const char *name)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg info;
	} ask = { .head = { .nlmsg_len = NLMSG_LENGTH(sizeof(ask.info)),
			    .nlmsg_type = RTM_GETLINK,
			    .nlmsg_flags = NLM_F_REQUEST },
		  .info = { .ifi_index = (int)if_nametoindex(name) } };
	alignas(struct nlmsghdr) char answer[32 << 10];
	struct timeval patience = { .tv_sec = 1 };
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n = -1;

	if (sock < 0)
		return -errno;
	if (setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
	    send(sock, &ask, ask.head.nlmsg_len, 0) >= 0)
		n = recv(sock, answer, sizeof(answer), 0);
	close(sock);
	return n < 0 ? -EIO : state_in((const struct nlmsghdr *)answer, (size_t)n);
}

/* /sys shows the network namespace in which it was mounted, which need not be ours. */
int probe_port_state(const struct probe_port *port)
{
	g_autofree char *path = g_strdup_printf("/sys/class/net/%s/brport/state", port->name);
	g_autofree char *text = NULL;

	if (g_file_get_contents(path, &text, NULL, NULL))
		return (int)strtol(text, NULL, 10);
	return state_by_netlink(port->name);
}
