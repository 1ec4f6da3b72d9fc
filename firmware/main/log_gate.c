#include "log_gate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "esp_log.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"

static StaticSemaphore_t storage;
/** Recursive: a driver that is given a packet may itself have something to log. */
static SemaphoreHandle_t gate;

static int print_gated(const char *format, va_list values)
{
    log_gate_enter();
    const int length = vprintf(format, values);
    log_gate_leave();
    return length;
}

void log_gate_init(void)
{
    gate = xSemaphoreCreateRecursiveMutexStatic(&storage);
    esp_log_set_vprintf(print_gated);
}

void log_gate_enter(void)
{
    xSemaphoreTakeRecursive(gate, portMAX_DELAY);
    fflush(stdout);
}

void log_gate_leave(void)
{
    xSemaphoreGiveRecursive(gate);
}

/** ESP-IDF remembers a tag's level by its address: a tag has to be one that stays. */
static const char *lasting(const char *tag)
{
    if (strcmp(tag, "dht11") == 0) return "dht11";
    if (strcmp(tag, "dht22") == 0) return "dht22";
    return "datayoti";
}

void log_gate_line(dy_log_level level, const char *tag, const char *text)
{
    const char *name = lasting(tag);
    if (level == DY_LEVEL_E)
        ESP_LOGE(name, "%s", text);
    else if (level == DY_LEVEL_W)
        ESP_LOGW(name, "%s", text);
    else
        ESP_LOGI(name, "%s", text);
}
