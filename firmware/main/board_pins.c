#include "board_pins.h"

#include "driver/gpio.h"
#include "esp_log.h"

#define PIN(n) (UINT64_C(1) << (n))

#if CONFIG_IDF_TARGET_ESP32
/** BOOT; the console; the flash chip. */
#define TAKEN (PIN(0) | PIN(1) | PIN(3) | PIN(6) | PIN(7) | PIN(8) | PIN(9) | PIN(10) | PIN(11))
#else
/** BOOT; power and lines of the flash chip; USB; the console. */
#define TAKEN                                                                                                          \
    (PIN(9) | PIN(11) | PIN(12) | PIN(13) | PIN(14) | PIN(15) | PIN(16) | PIN(17) | PIN(18) | PIN(19) | PIN(20) | PIN(21))
#endif

bool board_pin_suits_dht(uint8_t gpio)
{
    const int number = gpio;
    // Shifting by 64 or more is undefined, and the macro shifts by whatever it is given.
    return number < 64 && GPIO_IS_VALID_OUTPUT_GPIO(number) && (TAKEN & PIN(number)) == 0;
}

uint8_t board_dht_pin(uint8_t configured)
{
    if (board_pin_suits_dht(configured)) return configured;
    ESP_LOGW("datayoti", "GPIO %u cannot have the DHT on this chip, GPIO %u is used", (unsigned)configured,
             (unsigned)DHT_DEFAULT_GPIO);
    return DHT_DEFAULT_GPIO;
}
