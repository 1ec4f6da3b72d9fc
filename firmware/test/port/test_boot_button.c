#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "board_pins.h"
#include "boot_button.h"
#include "driver/gpio.h"
#include "esp_timer.h"
#include "events.h"

static esp_timer_cb_t look;
static int level;
static bool has_room = true;
static unsigned told;
static bool told_pressed;

esp_err_t gpio_config(const gpio_config_t *config)
{
    assert_true(config->pin_bit_mask == UINT64_C(1) << BOOT_GPIO);
    return ESP_OK;
}

int gpio_get_level(gpio_num_t gpio_num)
{
    assert_int_equal(gpio_num, BOOT_GPIO);
    return level;
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *out_handle)
{
    look = args->callback;
    *out_handle = NULL;
    return ESP_OK;
}

esp_err_t esp_timer_start_periodic(esp_timer_handle_t timer, uint64_t period)
{
    assert_null(timer);
    assert_true(period > 0);
    return ESP_OK;
}

bool events_offer(const app_event *event)
{
    if (!has_room) return false;
    assert_int_equal(event->kind, EVENT_BUTTON);
    told++;
    told_pressed = event->pressed;
    return true;
}

static void looks(int at_level, unsigned times)
{
    level = at_level;
    while (times-- > 0) look(NULL);
}

/** One run of a board, from its start on. */
static void a_day_of_the_button(void **state)
{
    (void)state;
    boot_button_start();
    // Low from the start on: a short, or an emulated chip without a button.
    looks(0, 1000);
    assert_int_equal(told, 0);
    looks(1, 10);
    assert_int_equal(told, 0);
    // Bounces are nothing.
    for (unsigned i = 0; i < 20; i++) looks((int)(i % 2), 1);
    assert_int_equal(told, 0);
    looks(0, 3);
    assert_int_equal(told, 1);
    assert_true(told_pressed);
    looks(0, 100);
    assert_int_equal(told, 1);
    // What finds no room is told as soon as there is some.
    has_room = false;
    looks(1, 10);
    assert_int_equal(told, 1);
    has_room = true;
    looks(1, 1);
    assert_int_equal(told, 2);
    assert_false(told_pressed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_day_of_the_button)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
