#ifndef DATAYOTI_DHT_H
#define DATAYOTI_DHT_H

#include <stddef.h>
#include <stdint.h>

/**
 * Frames of DHT11 and DHT22 from the lengths of their pulses. After the start signal the element pulls the line low for
 * 80 us and lets it high for 80 us; then 40 bits follow, each 50 us low and 26..28 us (0) or 70 us (1) high: humidity,
 * temperature, and the sum of the four bytes before.
 */

/** Pulses of a whole frame: response, 40 bits, and the low pulse that ends it. */
#define DY_DHT_MAX_PULSES 96

typedef struct {
    /** 0: the line was low, 1: it was high. */
    uint8_t level;
    /** How long, in microseconds. */
    uint16_t us;
} dy_pulse;

typedef enum {
    DY_DHT_OK,
    /** No pulse at all: not wired, no power, or broken. */
    DY_DHT_NO_RESPONSE,
    /** Fewer than 40 bits. */
    DY_DHT_SHORT,
    /** A pulse whose length is none of the protocol. */
    DY_DHT_BAD_PULSE,
    DY_DHT_CHECKSUM,
    /** The frame is sound, its values are none that the element can measure (-40..80 °C, 0..100 %). */
    DY_DHT_IMPLAUSIBLE,
} dy_dht_result;

typedef struct {
    /** Tenths of °C. */
    int16_t temperature_d;
    /** Tenths of % relative humidity. */
    int16_t humidity_d;
} dy_climate;

/**
 * @param type 11 or 22
 * @param pulses in the order in which they came, from the release of the start signal on; what comes before the
 *        response may be there or not
 * @param count 0: the line did not move
 */
dy_dht_result dy_dht_decode(uint8_t type, const dy_pulse *pulses, size_t count, dy_climate *climate);

/** The five bytes of a frame into values: checksum, then the element's number format. */
dy_dht_result dy_dht_from_bytes(uint8_t type, const uint8_t bytes[5], dy_climate *climate);

/** Least milliseconds between two questions to the element (data sheets: DHT11 1 s, DHT22 2 s), with a margin. */
uint32_t dy_dht_pause_ms(uint8_t type);

#endif
