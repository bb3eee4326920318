#pragma once
#include <stdint.h>

// How many blocks of memory this thread has asked the C library for since it began. Swift's objects, arrays and boxes all
// come from there, and so does OpenSSL's memory.
uint64_t allocations_of_this_thread(void);
