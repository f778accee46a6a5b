// What the C library has and Swift's Glibc module does not show, because it lies behind _GNU_SOURCE.
#ifndef SIRDAR_CLINUX_SHIM_H
#define SIRDAR_CLINUX_SHIM_H

#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

extern int fallocate(int descriptor, int mode, off_t offset, off_t length);
extern void *memmem(const void *haystack, size_t haystack_length, const void *needle, size_t needle_length);
extern int pipe2(int descriptors[2], int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// Values of the kernel's interface, which never change.
static const int linux_seek_data = 3;
static const int linux_seek_hole = 4;
static const int linux_keep_size_and_punch_hole = 0x01 | 0x02;

#endif
