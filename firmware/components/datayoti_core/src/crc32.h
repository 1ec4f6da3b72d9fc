#ifndef DATAYOTI_CRC32_H
#define DATAYOTI_CRC32_H

#include <stddef.h>
#include <stdint.h>

/** CRC-32 of IEEE 802.3 (reflected, begin and end inverted); `crc` is 0 or that of the bytes before. */
uint32_t dy_crc32(uint32_t crc, const void *bytes, size_t length);

#endif
