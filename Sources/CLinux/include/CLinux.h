#pragma once

// The Linux calls that Swift's own Glibc module lacks or cannot import (macros, variadics, bit fields). Nothing else.

#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

int clinux_accept4(int listener, struct sockaddr_storage *peer, socklen_t *length);
int clinux_socket(int family, int type);
uint64_t clinux_monotonic_nanoseconds(void);
uint64_t clinux_unix_nanoseconds(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_change(int epoll, int descriptor, uint32_t events, uint64_t token);
int clinux_epoll_remove(int epoll, int descriptor);
int clinux_set_inheritable(int descriptor, int inheritable);
void clinux_name_thread(const char *name);
int clinux_send2(int descriptor, const void *first, size_t first_count, const void *second, size_t second_count);
int clinux_usable_cores(void);
// Bytes sent on a TCP socket that the peer has not acknowledged.
int clinux_unacknowledged(int descriptor);
int clinux_pipe(int ends[2]);
int clinux_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
int clinux_spawn_change_folder(posix_spawn_file_actions_t *actions, const char *path);
