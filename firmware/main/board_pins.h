#ifndef DATAYOTI_BOARD_PINS_H
#define DATAYOTI_BOARD_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "sdkconfig.h"

/** Which pins a board has for what. Sources: data sheets of the chips, "Pins"; schematics of Espressif's DevKits. */

#if CONFIG_IDF_TARGET_ESP32
#define CHIP_NAME "ESP32"
#define DHT_DEFAULT_GPIO 17
#define LED_GPIO 2
#define LED_ON_LEVEL 1
#define BOOT_GPIO 0
#elif CONFIG_IDF_TARGET_ESP32C3
#define CHIP_NAME "ESP32-C3"
/** Not 17, which is the data sheets' place for the flash chip. */
#define DHT_DEFAULT_GPIO 10
#define LED_GPIO 8
#define LED_ON_LEVEL 0
#define BOOT_GPIO 9
#else
#error "This firmware is for ESP32 and ESP32-C3."
#endif

/** Whether the DHT can be there: an output that neither flash, console, USB nor the BOOT button needs. */
bool board_pin_suits_dht(uint8_t gpio);

/**
 * The pin for the DHT: the configured one where it can be, else this chip's default, which is told in the log. The
 * configuration's default is 17 for every chip, so that a board with another chip is wired to its own default.
 */
uint8_t board_dht_pin(uint8_t configured);

#endif
