#include "board_facts.h"

#include <ctype.h>
#include <string.h>

#include "board_pins.h"
#include "esp_app_desc.h"
#include "esp_mac.h"
#include "esp_system.h"

static dy_reset_reason reset_reason(void)
{
    switch (esp_reset_reason()) {
    case ESP_RST_UNKNOWN: return DY_RESET_UNKNOWN;
    case ESP_RST_POWERON: return DY_RESET_POWER_ON;
    case ESP_RST_EXT: return DY_RESET_EXTERNAL;
    case ESP_RST_SW: return DY_RESET_SOFTWARE;
    case ESP_RST_PANIC:
    case ESP_RST_CPU_LOCKUP: return DY_RESET_PANIC;
    case ESP_RST_INT_WDT: return DY_RESET_INTERRUPT_WATCHDOG;
    case ESP_RST_TASK_WDT: return DY_RESET_TASK_WATCHDOG;
    case ESP_RST_WDT: return DY_RESET_WATCHDOG;
    case ESP_RST_DEEPSLEEP: return DY_RESET_DEEP_SLEEP;
    case ESP_RST_BROWNOUT: return DY_RESET_BROWN_OUT;
    case ESP_RST_USB: return DY_RESET_USB;
    default: return DY_RESET_OTHER;
    }
}

dy_identity board_identity(void)
{
    dy_identity identity = {
        .version = esp_app_get_description()->version,
        .chip = CHIP_NAME,
        .reset_reason = reset_reason(),
    };
    uint8_t mac[6] = {0};
    ESP_ERROR_CHECK(esp_read_mac(mac, ESP_MAC_WIFI_STA));
    dy_mac_format(mac, identity.mac);
    return identity;
}

void board_hostname(const dy_identity *identity, char name[16])
{
    static const char prefix[] = "datayoti-";
    size_t length = sizeof prefix - 1;
    memcpy(name, prefix, length);
    // The last two bytes of "1C:69:20:E9:18:24" without their colon.
    for (const char *at = identity->mac + 12; *at != '\0'; at++) {
        if (*at != ':') name[length++] = (char)tolower((unsigned char)*at);
    }
    name[length] = '\0';
}
