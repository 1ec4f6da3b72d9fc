#include "flash_log.h"

#include <string.h>

#include "crc32.h"

#define SLOT_SIZE 32
#define SLOTS DY_READINGS_PER_SECTOR
#define MAGIC UINT32_C(0x31515944) /* "DYQ1" */
#define TRIES 3

typedef struct {
    uint32_t magic, sequence, crc, unused;
} header;

typedef struct {
    uint32_t mark;
    uint32_t crc;
    int64_t time_ms;
    uint32_t session;
    int16_t temperature_c, humidity_c;
    uint32_t dated;
    uint32_t unused;
} slot;

_Static_assert(sizeof(slot) == SLOT_SIZE, "a slot has 32 bytes");
_Static_assert(SLOT_SIZE * (SLOTS + 1) == DY_SECTOR_SIZE, "header and slots fill a sector");

typedef enum { FREE, WAITING, DONE, BAD } slot_state;

static uint32_t place(uint32_t sector, uint32_t index)
{
    return sector * DY_SECTOR_SIZE + (index + 1) * SLOT_SIZE;
}

static uint32_t slot_crc(const slot *s)
{
    return dy_crc32(0, &s->time_ms, SLOT_SIZE - offsetof(slot, time_ms));
}

static bool is_erased(const slot *s)
{
    const uint8_t *bytes = (const uint8_t *)s;
    for (size_t i = 0; i < SLOT_SIZE; i++) {
        if (bytes[i] != 0xff) return false;
    }
    return true;
}

static slot_state read_slot(dy_flash_log *log, uint32_t sector, uint32_t index, slot *s)
{
    if (!log->flash.read(log->flash.ctx, place(sector, index), s, SLOT_SIZE)) return BAD;
    if (s->mark != UINT32_MAX) return DONE;
    if (is_erased(s)) return FREE;
    return s->crc == slot_crc(s) ? WAITING : BAD;
}

static bool mark_done(dy_flash_log *log, uint32_t sector, uint32_t index)
{
    static const uint32_t done = 0;
    return log->flash.program(log->flash.ctx, place(sector, index), &done, sizeof done);
}

/** @returns false where the sector has no header of ours */
static bool sequence_of(dy_flash_log *log, uint32_t sector, uint32_t *sequence)
{
    header h;
    if (!log->flash.read(log->flash.ctx, sector * DY_SECTOR_SIZE, &h, sizeof h)) return false;
    if (h.magic != MAGIC || h.crc != dy_crc32(0, &h, offsetof(header, crc))) return false;
    *sequence = h.sequence;
    return true;
}

static uint32_t after(const dy_flash_log *log, uint32_t sector)
{
    return sector + 1 == log->sectors ? 0 : sector + 1;
}

static uint32_t before(const dy_flash_log *log, uint32_t sector)
{
    return sector == 0 ? log->sectors - 1 : sector - 1;
}

/** Counts what waits in a sector, and puts bad slots out of the way. */
static uint32_t count_waiting(dy_flash_log *log, uint32_t sector, uint32_t *damaged)
{
    uint32_t waiting = 0;
    for (uint32_t index = 0; index < SLOTS; index++) {
        slot s;
        slot_state state = read_slot(log, sector, index, &s);
        if (state == WAITING) waiting++;
        if (state != BAD) continue;
        ++*damaged;
        (void)mark_done(log, sector, index);
    }
    return waiting;
}

/** Behind the last slot that was ever touched. */
static uint32_t first_free(dy_flash_log *log, uint32_t sector)
{
    slot s;
    uint32_t index = SLOTS;
    while (index > 0 && read_slot(log, sector, index - 1, &s) == FREE) index--;
    return index;
}

static bool begin_sector(dy_flash_log *log, uint32_t sector)
{
    header h = {.magic = MAGIC, .sequence = log->sequence + 1, .unused = UINT32_MAX};
    h.crc = dy_crc32(0, &h, offsetof(header, crc));
    if (!log->flash.erase(log->flash.ctx, sector * DY_SECTOR_SIZE)) return false;
    if (!log->flash.program(log->flash.ctx, sector * DY_SECTOR_SIZE, &h, sizeof h)) return false;
    log->sequence++;
    log->write_sector = sector;
    log->write_slot = 0;
    return true;
}

void dy_flash_log_open(dy_flash_log *log, const dy_flash *flash, uint32_t *damaged)
{
    memset(log, 0, sizeof *log);
    if (flash == NULL || flash->size < 2 * DY_SECTOR_SIZE) return;
    log->flash = *flash;
    log->sectors = flash->size / DY_SECTOR_SIZE;
    log->usable = true;
    bool found = false;
    for (uint32_t sector = 0; sector < log->sectors; sector++) {
        uint32_t sequence;
        if (!sequence_of(log, sector, &sequence)) continue;
        if (found && (int32_t)(sequence - log->sequence) < 0) continue;
        found = true;
        log->sequence = sequence;
        log->write_sector = sector;
    }
    if (!found) {
        // The first append begins sector 0.
        log->write_sector = log->sectors - 1;
        log->write_slot = SLOTS;
        return;
    }
    log->write_slot = first_free(log, log->write_sector);
    log->read_sector = log->write_sector;
    log->count = count_waiting(log, log->write_sector, damaged);
    uint32_t sequence, expected = log->sequence - 1;
    for (uint32_t sector = before(log, log->write_sector);
         sector != log->write_sector && sequence_of(log, sector, &sequence) && sequence == expected;
         sector = before(log, sector), expected--) {
        log->count += count_waiting(log, sector, damaged);
        log->read_sector = sector;
    }
}

/** Goes to the next sector; what waits in it, the oldest of all, is lost. */
static bool advance(dy_flash_log *log, uint32_t *dropped)
{
    uint32_t next = after(log, log->write_sector), damaged = 0;
    bool lies_ahead = log->count > 0 && next == log->read_sector;
    uint32_t lost = lies_ahead ? count_waiting(log, next, &damaged) : 0;
    if (lies_ahead) {
        log->read_sector = after(log, next);
        log->read_slot = 0;
        log->count -= lost;
        *dropped += lost;
    }
    if (begin_sector(log, next)) return true;
    // Left out this time round: neither its header nor its slots count.
    log->write_sector = next;
    log->write_slot = SLOTS;
    return false;
}

bool dy_flash_log_append(dy_flash_log *log, const dy_reading *reading, uint32_t *dropped)
{
    slot s = {
        .mark = UINT32_MAX,
        .time_ms = reading->time_ms,
        .session = reading->session,
        .temperature_c = reading->temperature_c,
        .humidity_c = reading->humidity_c,
        .dated = reading->dated ? 1 : 0,
    };
    if (!log->usable) return false;
    s.crc = slot_crc(&s);
    for (int i = 0; i < TRIES; i++) {
        if (log->write_slot == SLOTS && !advance(log, dropped)) continue;
        uint32_t index = log->write_slot++;
        if (!log->flash.program(log->flash.ctx, place(log->write_sector, index) + 4, &s.crc, SLOT_SIZE - 4)) continue;
        if (log->count++ == 0) {
            log->read_sector = log->write_sector;
            log->read_slot = index;
        }
        return true;
    }
    return false;
}

bool dy_flash_log_first(dy_flash_log *log, dy_reading *reading, uint32_t *damaged)
{
    // Every slot is looked at once at most, whatever the count says.
    for (uint32_t looked = 0; log->count > 0 && looked <= log->sectors * SLOTS; looked++) {
        slot s;
        bool at_end = log->read_sector == log->write_sector && log->read_slot >= log->write_slot;
        if (at_end) break;
        slot_state state = log->read_slot < SLOTS ? read_slot(log, log->read_sector, log->read_slot, &s) : FREE;
        if (state == WAITING) {
            *reading = (dy_reading){
                .time_ms = s.time_ms,
                .dated = s.dated == 1,
                .session = s.session,
                .temperature_c = s.temperature_c,
                .humidity_c = s.humidity_c,
            };
            return true;
        }
        if (log->read_slot < SLOTS) log->read_slot++;
        else {
            log->read_sector = after(log, log->read_sector);
            log->read_slot = 0;
        }
    }
    // What was counted and cannot be read any more is gone.
    *damaged += log->count;
    log->count = 0;
    return false;
}

void dy_flash_log_remove_first(dy_flash_log *log)
{
    if (log->count == 0) return;
    (void)mark_done(log, log->read_sector, log->read_slot);
    log->read_slot++;
    log->count--;
}
