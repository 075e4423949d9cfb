// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names - numbers of the field: exit reasons.
 *
 * Source: Linux arch/x86/include/uapi/asm/vmx.h and svm.h
 */
#include "trace/vcpu.h"

enum { ISA_VMX = 1 };

struct numbered {
	guint64 from, to;
	const char *name;
};

static const struct numbered vmx[] = {
	{ 0, 0, "EXCEPTION_NMI" }, { 1, 1, "EXTERNAL_INTERRUPT" }, { 2, 2, "TRIPLE_FAULT" }, { 3, 3, "INIT_SIGNAL" },
	{ 4, 4, "SIPI_SIGNAL" }, { 7, 7, "INTERRUPT_WINDOW" }, { 8, 8, "NMI_WINDOW" }, { 9, 9, "TASK_SWITCH" },
	{ 10, 10, "CPUID" }, { 12, 12, "HLT" }, { 13, 13, "INVD" }, { 14, 14, "INVLPG" }, { 15, 15, "RDPMC" },
	{ 16, 16, "RDTSC" }, { 18, 18, "VMCALL" }, { 28, 28, "CR_ACCESS" }, { 29, 29, "DR_ACCESS" },
	{ 30, 30, "IO_INSTRUCTION" }, { 31, 31, "MSR_READ" }, { 32, 32, "MSR_WRITE" }, { 36, 36, "MWAIT_INSTRUCTION" },
	{ 40, 40, "PAUSE_INSTRUCTION" }, { 43, 43, "TPR_BELOW_THRESHOLD" }, { 44, 44, "APIC_ACCESS" },
	{ 45, 45, "EOI_INDUCED" }, { 48, 48, "EPT_VIOLATION" }, { 49, 49, "EPT_MISCONFIG" },
	{ 52, 52, "PREEMPTION_TIMER" }, { 54, 54, "WBINVD" }, { 55, 55, "XSETBV" }, { 56, 56, "APIC_WRITE" },
	{ 62, 62, "PML_FULL" }, { 74, 74, "BUS_LOCK" }, { 75, 75, "NOTIFY" },
};
static const struct numbered svm[] = {
	{ 0x60, 0x60, "interrupt" }, { 0x61, 0x61, "nmi" }, { 0x62, 0x62, "smi" }, { 0x63, 0x63, "init" },
	{ 0x64, 0x64, "vintr" }, { 0x6e, 0x6e, "rdtsc" }, { 0x72, 0x72, "cpuid" }, { 0x77, 0x77, "pause" },
	{ 0x78, 0x78, "hlt" }, { 0x79, 0x79, "invlpg" }, { 0x7b, 0x7b, "io" }, { 0x7c, 0x7c, "msr" },
	{ 0x7d, 0x7d, "task_switch" }, { 0x7f, 0x7f, "shutdown" }, { 0x80, 0x80, "vmrun" }, { 0x81, 0x81, "hypercall" },
	{ 0x89, 0x89, "wbinvd" }, { 0x8b, 0x8b, "mwait" }, { 0x8d, 0x8d, "xsetbv" }, { 0x400, 0x400, "npf" },
	{ 0x401, 0x401, "avic_incomplete_ipi" }, { 0x402, 0x402, "avic_unaccelerated_access" },
};
static const char *find(const struct numbered *table, size_t n, guint64 number)
{
	for (size_t i = 0; i < n; i++)
		if (number >= table[i].from && number <= table[i].to)
			return table[i].name;
	return NULL;
}

const char *exit_reason(int64_t isa, int64_t reason)
{
	guint64 number = isa == ISA_VMX ? (guint64)reason & 0xffff : (guint64)reason;
	const char *name = isa == ISA_VMX ? find(vmx, G_N_ELEMENTS(vmx), number) : find(svm, G_N_ELEMENTS(svm), number);
	g_autofree char *hex = name ? NULL : g_strdup_printf("0x%" G_GINT64_MODIFIER "x", number);

	return g_intern_string(name ? name : hex);
}
