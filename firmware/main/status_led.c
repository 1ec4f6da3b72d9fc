#include "status_led.h"

#include "board_pins.h"
#include "driver/gpio.h"
#include "esp_err.h"

static bool present;

void status_led_init(uint8_t dht_gpio)
{
    if (dht_gpio == LED_GPIO) return;
    const gpio_config_t pin = {.pin_bit_mask = UINT64_C(1) << LED_GPIO, .mode = GPIO_MODE_OUTPUT};
    present = gpio_config(&pin) == ESP_OK;
    status_led_set(false);
}

void status_led_set(bool on)
{
    if (present) gpio_set_level(LED_GPIO, on ? LED_ON_LEVEL : !LED_ON_LEVEL);
}
