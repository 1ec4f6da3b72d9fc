#ifndef DHT_FRAME_H
#define DHT_FRAME_H

#include <stdbool.h>

#include <datayoti/dht.h>

/** The pulses of a DHT frame with these five bytes, as the data sheet has them. @returns how many */
size_t dht_pulses(const uint8_t bytes[5], dy_pulse pulses[DY_DHT_MAX_PULSES]);

/** The bytes of a DHT22 for tenths of °C and of %. */
void dht22_bytes(int temperature_d, int humidity_d, uint8_t bytes[5]);

#endif
