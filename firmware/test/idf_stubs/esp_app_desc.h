#ifndef IDF_STUB_ESP_APP_DESC_H
#define IDF_STUB_ESP_APP_DESC_H

#include <stdint.h>

typedef struct {
    uint32_t magic_word;
    char version[32];
    char project_name[32];
} esp_app_desc_t;

const esp_app_desc_t *esp_app_get_description(void);

#endif
