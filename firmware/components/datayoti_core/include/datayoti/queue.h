#ifndef DATAYOTI_QUEUE_H
#define DATAYOTI_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"

/**
 * Readings on their way to the broker, oldest first. They wait in memory; as soon as a second one has to wait, all are
 * written to the log partition, so that a power cut costs at most the reading that was under way. A full log gives up its
 * oldest sector (127 readings), counted. Power may go at any moment: a record that was half written is not taken for one.
 */

typedef struct {
    /** Epoch milliseconds, or monotonic milliseconds where `dated` is false. */
    int64_t time_ms;
    bool dated;
    /** Which start of the board an undated time belongs to. */
    uint32_t session;
    /** Hundredths of °C and of % relative humidity. */
    int16_t temperature_c;
    int16_t humidity_c;
} dy_reading;

/** A region of NOR flash; offsets from its begin. Each function returns false where the chip failed. */
typedef struct {
    void *ctx;
    /** Bytes, a multiple of `DY_SECTOR_SIZE`; fewer than two sectors: no log, memory only. */
    uint32_t size;
    bool (*read)(void *ctx, uint32_t offset, void *bytes, size_t length);
    /** Clears bits only; `offset` and `length` are multiples of 4. */
    bool (*program)(void *ctx, uint32_t offset, const void *bytes, size_t length);
    /** One sector to 0xFF. */
    bool (*erase)(void *ctx, uint32_t offset);
} dy_flash;

/** Where the log stands; private to the queue. */
typedef struct {
    dy_flash flash;
    uint32_t sectors;
    /** Oldest record: sector and slot. */
    uint32_t read_sector, read_slot;
    /** Next free slot. */
    uint32_t write_sector, write_slot;
    uint32_t sequence;
    /** Records that wait. */
    uint32_t count;
    bool usable;
} dy_flash_log;

typedef struct {
    dy_flash_log log;
    dy_reading ram[DY_RAM_READINGS];
    uint32_t ram_first, ram_count;
    /** Number of the oldest reading that waits; grows by one with every reading that leaves. */
    uint64_t head;
    /** Readings given up because there was no room; because they could not be dated; unreadable records. */
    uint32_t dropped, undatable, damaged;
} dy_queue;

/**
 * Finds what a run before left in the log.
 *
 * @param flash NULL: memory only
 */
void dy_queue_init(dy_queue *queue, const dy_flash *flash);

/** Takes a reading, if need be in the place of the oldest ones. */
void dy_queue_push(dy_queue *queue, const dy_reading *reading);

/**
 * The oldest reading, which stays.
 *
 * @param ticket names it for `dy_queue_done`
 * @returns false where none waits
 */
bool dy_queue_peek(dy_queue *queue, dy_reading *reading, uint64_t *ticket);

/** The reading was acknowledged and leaves; nothing happens where it was given up meanwhile. */
void dy_queue_done(dy_queue *queue, uint64_t ticket);

/** The oldest reading leaves because nobody can tell its time any more; counted. */
void dy_queue_discard_undatable(dy_queue *queue, uint64_t ticket);

/** Writes what waits in memory to flash, before a restart. @returns false where something could not be written */
bool dy_queue_flush(dy_queue *queue);

uint32_t dy_queue_count(const dy_queue *queue);

/** So many readings can wait, whatever was there before. */
uint32_t dy_queue_capacity(const dy_queue *queue);

#endif
