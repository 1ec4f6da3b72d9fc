#ifndef DATAYOTI_LOG_PARTITION_H
#define DATAYOTI_LOG_PARTITION_H

#include <stdbool.h>

#include "datayoti/queue.h"

/** The partition `log` as a region of flash. @returns false where the board's partition table has none */
bool log_partition_open(dy_flash *flash);

#endif
