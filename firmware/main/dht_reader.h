#ifndef DATAYOTI_DHT_READER_H
#define DATAYOTI_DHT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "datayoti/dht.h"

/** Prepares pin and RMT channel, and a task of its own for the milliseconds that a question takes. */
void dht_reader_init(uint8_t gpio);

/** Asks the element once; EVENT_DHT follows. */
void dht_reader_ask(uint8_t type);

/** What the last answer consisted of; valid from EVENT_DHT until the next question. */
const dy_pulse *dht_reader_pulses(void);

#endif
