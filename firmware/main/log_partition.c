#include "log_partition.h"

#include "esp_log.h"
#include "esp_partition.h"

static bool read_bytes(void *ctx, uint32_t offset, void *bytes, size_t length)
{
    return esp_partition_read(ctx, offset, bytes, length) == ESP_OK;
}

static bool program_bytes(void *ctx, uint32_t offset, const void *bytes, size_t length)
{
    return esp_partition_write(ctx, offset, bytes, length) == ESP_OK;
}

static bool erase_sector(void *ctx, uint32_t offset)
{
    return esp_partition_erase_range(ctx, offset, DY_SECTOR_SIZE) == ESP_OK;
}

bool log_partition_open(dy_flash *flash)
{
    const esp_partition_t *partition =
        esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_DATA_UNDEFINED, "log");
    if (partition == NULL) {
        ESP_LOGW("datayoti", "no log partition, readings wait in memory only");
        return false;
    }
    *flash = (dy_flash){
        // The table of partitions stays in memory; the functions only read this row of it.
        .ctx = (void *)partition,
        .size = partition->size,
        .read = read_bytes,
        .program = program_bytes,
        .erase = erase_sector,
    };
    return true;
}
