// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usb - which USB devices are plugged into the host
 */
#ifndef VMDOCTOR_USB_H
#define VMDOCTOR_USB_H

struct source;

/**
 * usb_count - how many devices of a vendor and product are plugged in; of the first 256 entries
 * @vendor, @product: hexadecimal, with or without 0x
 * Return: their number, or -errno of the listing
 * Source: Linux ABI/stable/sysfs-bus-usb (idVendor, idProduct)
 */
int usb_count(struct source *src, const char *vendor, const char *product);

#endif
