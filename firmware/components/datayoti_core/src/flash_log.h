#ifndef DATAYOTI_FLASH_LOG_H
#define DATAYOTI_FLASH_LOG_H

#include "datayoti/queue.h"

/**
 * A ring of sectors on NOR flash. A sector is a header (magic, running number, CRC) and 127 slots of 32 bytes; a slot is
 * a mark (0xFFFFFFFF waits, 0 done), a CRC over the rest, and the record. Only erased bits are written, and each once, so
 * that whatever was under way when power went is told from a record by its CRC. Sectors are used in turn: even wear.
 */

/** Finds its place among what is there. @param damaged counts slots that hold no sound record */
void dy_flash_log_open(dy_flash_log *log, const dy_flash *flash, uint32_t *damaged);

/**
 * @param dropped how many of the oldest records had to go
 * @returns false where the chip does not take it; `dropped` counts all the same
 */
bool dy_flash_log_append(dy_flash_log *log, const dy_reading *reading, uint32_t *dropped);

/** The oldest record; slots that have gone bad since are passed over, counted, and leave. @returns false where none waits */
bool dy_flash_log_first(dy_flash_log *log, dy_reading *reading, uint32_t *damaged);

/** The oldest record is done. */
void dy_flash_log_remove_first(dy_flash_log *log);

#endif
