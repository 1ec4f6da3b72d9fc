#ifndef IDF_STUB_SDKCONFIG_H
#define IDF_STUB_SDKCONFIG_H

/* What `idf.py` writes of the configuration; the target comes from the compiler's command line. */
#if !CONFIG_IDF_TARGET_ESP32 && !CONFIG_IDF_TARGET_ESP32C3
#error "No target is set."
#endif

#define CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE 1
#define CONFIG_ESP_CONSOLE_UART_NUM 0
#define CONFIG_ESP_TASK_WDT_TIMEOUT_S 30
#define CONFIG_LWIP_SNTP_MAX_SERVERS 2

#endif
