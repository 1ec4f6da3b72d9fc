#ifndef IDF_STUB_ESP_ERR_H
#define IDF_STUB_ESP_ERR_H

#include <stdint.h>

typedef int esp_err_t;

#define ESP_OK 0
#define ESP_FAIL -1

const char *esp_err_to_name(esp_err_t code);
void _esp_error_check_failed(esp_err_t rc, const char *file, int line, const char *function, const char *expression)
    __attribute__((noreturn));

#define ESP_ERROR_CHECK(x)                                                                                             \
    do {                                                                                                               \
        const esp_err_t err_rc_ = (x);                                                                                 \
        if (err_rc_ != ESP_OK) _esp_error_check_failed(err_rc_, __FILE__, __LINE__, __func__, #x);                     \
    } while (0)

#endif
