#include "boot_button.h"

#include "board_pins.h"
#include "driver/gpio.h"
#include "esp_err.h"
#include "esp_timer.h"
#include "events.h"

#define LOOK_EVERY_US 20000
/** Looks in a row that must agree: contacts bounce for a few milliseconds. */
#define STEADY_LOOKS 3

static unsigned looks;
static bool candidate;
static bool pressed;
/** A line that was low from the start on is a fault, not a finger: it must not erase the configuration. */
static bool was_released;

static void look(void *arg)
{
    (void)arg;
    const bool now = gpio_get_level(BOOT_GPIO) == 0;
    looks = now == candidate ? looks + 1 : 1;
    candidate = now;
    if (looks < STEADY_LOOKS) return;
    looks = STEADY_LOOKS;
    if (!now) was_released = true;
    if (!was_released || now == pressed) return;
    const app_event event = {.kind = EVENT_BUTTON, .pressed = now};
    // Where there is no room, the next look tells it.
    if (events_offer(&event)) pressed = now;
}

void boot_button_start(void)
{
    const gpio_config_t pin = {
        .pin_bit_mask = UINT64_C(1) << BOOT_GPIO,
        .mode = GPIO_MODE_INPUT,
        .pull_up_en = GPIO_PULLUP_ENABLE,
    };
    const esp_timer_create_args_t timer = {.callback = look, .name = "boot-button", .skip_unhandled_events = true};
    esp_timer_handle_t handle = NULL;
    if (gpio_config(&pin) == ESP_OK && esp_timer_create(&timer, &handle) == ESP_OK)
        esp_timer_start_periodic(handle, LOOK_EVERY_US);
}
