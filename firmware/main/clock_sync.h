#ifndef DATAYOTI_CLOCK_SYNC_H
#define DATAYOTI_CLOCK_SYNC_H

#include <stdint.h>

/**
 * Prepares to ask time servers: the one that DHCP names first, then this one. To be called before the board joins a
 * network, since the name comes with the address.
 *
 * @param host stays where it is; empty: only the server that DHCP names
 */
void clock_sync_init(const char *host);

/**
 * Asks from now on, by itself again and again: EVENT_TIME for each answer. Where no server answers, the core takes the
 * time from the broker.
 */
void clock_sync_start(void);

/** The system's clock, by which ESP-IDF's own parts go; epoch milliseconds. */
void clock_sync_set_system_clock(int64_t epoch_ms);

#endif
