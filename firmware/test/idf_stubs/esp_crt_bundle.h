#ifndef IDF_STUB_ESP_CRT_BUNDLE_H
#define IDF_STUB_ESP_CRT_BUNDLE_H

#include "esp_err.h"

esp_err_t esp_crt_bundle_attach(void *conf);

#endif
