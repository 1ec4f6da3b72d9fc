#ifndef DATAYOTI_CONFIG_STORE_H
#define DATAYOTI_CONFIG_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "datayoti/config.h"

/**
 * The configuration's namespace in NVS. A store that cannot be read is left as it is: it may hold what only a newer
 * firmware understands, and the tool that wrote it can read and repair it.
 */
void config_store_init(void);

/** For `dy_config_load`. */
dy_key_reader config_store_reader(void);

bool config_store_set_text(const char *key, const char *text);
bool config_store_set_u8(const char *key, uint8_t value);
/** Forgets every key of the namespace; others stay. */
bool config_store_erase(void);

#endif
