#include "watchdog.h"

#include <stddef.h>

#include "esp_err.h"
#include "esp_task_wdt.h"

void watchdog_join(void)
{
    ESP_ERROR_CHECK(esp_task_wdt_add(NULL));
}

void watchdog_feed(void)
{
    ESP_ERROR_CHECK(esp_task_wdt_reset());
}
