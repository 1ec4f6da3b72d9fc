#include "datayoti/queue.h"

#include <string.h>

#include "flash_log.h"

void dy_queue_init(dy_queue *queue, const dy_flash *flash)
{
    memset(queue, 0, sizeof *queue);
    dy_flash_log_open(&queue->log, flash, &queue->damaged);
}

static dy_reading *oldest_in_ram(dy_queue *queue)
{
    return &queue->ram[queue->ram_first];
}

static void leave_ram(dy_queue *queue)
{
    queue->ram_first = (queue->ram_first + 1) % DY_RAM_READINGS;
    queue->ram_count--;
}

static void count_dropped(dy_queue *queue, uint32_t dropped)
{
    queue->dropped = dropped > UINT32_MAX - queue->dropped ? UINT32_MAX : queue->dropped + dropped;
}

static bool append(dy_queue *queue, const dy_reading *reading)
{
    uint32_t dropped = 0;
    bool written = dy_flash_log_append(&queue->log, reading, &dropped);
    queue->head += dropped;
    count_dropped(queue, dropped);
    return written;
}

bool dy_queue_flush(dy_queue *queue)
{
    while (queue->ram_count > 0) {
        if (!append(queue, oldest_in_ram(queue))) return false;
        leave_ram(queue);
    }
    return true;
}

static void push_to_ram(dy_queue *queue, const dy_reading *reading)
{
    if (queue->ram_count == DY_RAM_READINGS) {
        leave_ram(queue);
        count_dropped(queue, 1);
        if (queue->log.count == 0) queue->head++;
    }
    queue->ram[(queue->ram_first + queue->ram_count) % DY_RAM_READINGS] = *reading;
    queue->ram_count++;
}

void dy_queue_push(dy_queue *queue, const dy_reading *reading)
{
    bool alone = dy_queue_count(queue) == 0;
    if (alone || !dy_queue_flush(queue) || !append(queue, reading)) push_to_ram(queue, reading);
}

bool dy_queue_peek(dy_queue *queue, dy_reading *reading, uint64_t *ticket)
{
    uint32_t damaged = 0;
    bool found = dy_flash_log_first(&queue->log, reading, &damaged);
    queue->damaged += damaged;
    queue->head += damaged;
    *ticket = queue->head;
    if (found) return true;
    if (queue->ram_count == 0) return false;
    *reading = *oldest_in_ram(queue);
    return true;
}

/** @returns whether that reading still was the oldest one */
static bool leave(dy_queue *queue, uint64_t ticket)
{
    if (ticket != queue->head || dy_queue_count(queue) == 0) return false;
    if (queue->log.count > 0) dy_flash_log_remove_first(&queue->log);
    else leave_ram(queue);
    queue->head++;
    return true;
}

void dy_queue_done(dy_queue *queue, uint64_t ticket)
{
    (void)leave(queue, ticket);
}

void dy_queue_discard_undatable(dy_queue *queue, uint64_t ticket)
{
    if (leave(queue, ticket)) queue->undatable++;
}

uint32_t dy_queue_count(const dy_queue *queue)
{
    return queue->log.count + queue->ram_count;
}

uint32_t dy_queue_capacity(const dy_queue *queue)
{
    return queue->log.usable ? (queue->log.sectors - 1) * DY_READINGS_PER_SECTOR : DY_RAM_READINGS;
}
