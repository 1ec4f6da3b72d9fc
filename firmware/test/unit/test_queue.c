#include "testing.h"

#include "fake_flash.h"

static fake_flash chip;
static dy_queue queue;

static void open_queue(void)
{
    dy_flash flash = fake_flash_of(&chip);
    dy_queue_init(&queue, &flash);
}

static void push(int64_t n)
{
    dy_queue_push(&queue, &(dy_reading){.time_ms = n, .dated = true, .session = 1, .temperature_c = (int16_t)(n % 1000),
                                        .humidity_c = 5000});
}

static void push_many(int64_t from, int64_t to)
{
    for (int64_t n = from; n <= to; n++) push(n);
}

/** Takes one and checks it is that one. */
static void expect(int64_t n)
{
    dy_reading reading;
    uint64_t ticket;
    assert_true(dy_queue_peek(&queue, &reading, &ticket));
    assert_true(reading.time_ms == n);
    assert_true(reading.dated);
    assert_int_equal(reading.temperature_c, n % 1000);
    assert_int_equal(reading.humidity_c, 5000);
    dy_queue_done(&queue, ticket);
}

static void expect_many(int64_t from, int64_t to)
{
    for (int64_t n = from; n <= to; n++) expect(n);
}

static void expect_empty(void)
{
    dy_reading reading;
    uint64_t ticket;
    assert_false(dy_queue_peek(&queue, &reading, &ticket));
    assert_int_equal(dy_queue_count(&queue), 0);
}

static void a_reading_that_is_sent_at_once_never_touches_flash(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    for (int64_t n = 1; n <= 1000; n++) {
        push(n);
        expect(n);
    }
    expect_empty();
    assert_int_equal(chip.programmed + chip.erased, 0);
}

static void readings_that_wait_come_out_in_order(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    push_many(1, 300);
    assert_int_equal(dy_queue_count(&queue), 300);
    expect_many(1, 150);
    push_many(301, 310);
    expect_many(151, 310);
    expect_empty();
    assert_int_equal(queue.dropped + queue.damaged + queue.undatable, 0);
}

static void a_restart_loses_only_what_was_in_memory(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    push(1);
    open_queue();
    expect_empty();
    push_many(2, 200);
    expect_many(2, 50);
    open_queue();
    assert_int_equal(dy_queue_count(&queue), 150);
    expect_many(51, 200);
    expect_empty();
    push(201);
    assert_true(dy_queue_flush(&queue));
    open_queue();
    expect(201);
}

static void it_holds_its_capacity_whatever_was_before_and_then_drops_the_oldest(void **state)
{
    (void)state;
    for (int64_t before = 0; before <= 400; before += 57) {
        fake_flash_init(&chip, 4);
        open_queue();
        int64_t capacity = dy_queue_capacity(&queue);
        assert_int_equal(capacity, 3 * DY_READINGS_PER_SECTOR);
        push_many(1, before);
        uint32_t dropped_before = queue.dropped;
        if (before > 0) expect_many(1 + dropped_before, before);
        push_many(1001, 1000 + capacity);
        assert_int_equal(queue.dropped, dropped_before);
        push_many(1001 + capacity, 3000);
        int64_t kept = dy_queue_count(&queue);
        assert_true(kept >= capacity);
        assert_int_equal(queue.dropped - dropped_before, 2000 - kept);
        expect_many(3001 - kept, 3000);
        expect_empty();
    }
}

static void wear_is_even(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    for (int64_t n = 1; n <= 4 * 127 * 10; n += 2) {
        push_many(n, n + 1);
        expect_many(n, n + 1);
    }
    assert_in_range(chip.erased, 39, 41);
}

static void an_acknowledgement_that_comes_late_takes_nothing(void **state)
{
    (void)state;
    dy_reading reading;
    uint64_t ticket;
    fake_flash_init(&chip, 2);
    open_queue();
    push_many(1, 2);
    assert_true(dy_queue_peek(&queue, &reading, &ticket));
    push_many(3, 300);
    int64_t kept = dy_queue_count(&queue);
    assert_true(queue.dropped > 0);
    dy_queue_done(&queue, ticket);
    assert_int_equal(dy_queue_count(&queue), kept);
    expect_many(301 - kept, 300);
    dy_queue_done(&queue, 12345);
    expect_empty();
}

static void memory_alone(void **state)
{
    (void)state;
    dy_queue_init(&queue, NULL);
    assert_int_equal(dy_queue_capacity(&queue), DY_RAM_READINGS);
    push_many(1, 20);
    assert_int_equal(queue.dropped, 4);
    assert_false(dy_queue_flush(&queue));
    expect_many(5, 20);
    expect_empty();
    fake_flash_init(&chip, 1);
    open_queue();
    assert_int_equal(dy_queue_capacity(&queue), DY_RAM_READINGS);
}

static void a_chip_that_takes_nothing_more_leaves_memory(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    push_many(1, 10);
    chip.broken_from = 0;
    push_many(11, 40);
    // Ten on flash, sixteen in memory; what had no room was between them.
    assert_int_equal(dy_queue_count(&queue), 26);
    assert_int_equal(queue.dropped, 14);
    expect_many(1, 10);
    expect_many(25, 40);
    expect_empty();
    push_many(41, 42);
    chip.broken_from = UINT32_MAX;
    push(43);
    assert_int_equal(queue.ram_count, 0);
    expect_many(41, 43);
}

static void a_sector_that_cannot_be_erased_is_passed_over(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    chip.broken_from = 3 * DY_SECTOR_SIZE;
    push_many(1, 3 * 127 + 60);
    int64_t kept = dy_queue_count(&queue);
    assert_int_equal(queue.dropped, 127);
    expect_many(3 * 127 + 61 - kept, 3 * 127 + 60);
    expect_empty();
}

static void bad_slots_are_counted_and_passed_over(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    push_many(1, 10);
    chip.bytes[32 + 2 * 32 + 9] ^= 4;
    open_queue();
    assert_int_equal(queue.damaged, 1);
    assert_int_equal(dy_queue_count(&queue), 9);
    expect_many(1, 2);
    chip.bytes[32 + 3 * 32 + 9] ^= 4;
    chip.bytes[32 + 9 * 32 + 9] ^= 4;
    expect_many(5, 9);
    expect_empty();
    assert_int_equal(queue.damaged, 1 + 2);
}

static void flash_that_was_never_ours_is_taken(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    for (size_t i = 0; i < sizeof chip.bytes; i++) chip.bytes[i] = (uint8_t)(i * 37 >> 3);
    open_queue();
    expect_empty();
    push_many(1, 500);
    expect_many(501 - dy_queue_count(&queue), 500);
}

static void an_unreadable_chip_gives_nothing_and_stops_nothing(void **state)
{
    (void)state;
    fake_flash_init(&chip, 4);
    open_queue();
    push_many(1, 5);
    chip.unreadable = true;
    dy_reading reading;
    uint64_t ticket;
    assert_false(dy_queue_peek(&queue, &reading, &ticket));
    assert_int_equal(queue.damaged, 5);
    chip.unreadable = false;
    push_many(6, 8);
    expect_many(6, 8);
    chip.unreadable = true;
    open_queue();
    assert_int_equal(dy_queue_count(&queue), 0);
}

static void what_cannot_be_dated_is_counted(void **state)
{
    (void)state;
    dy_reading reading;
    uint64_t ticket;
    fake_flash_init(&chip, 4);
    open_queue();
    dy_queue_push(&queue, &(dy_reading){.time_ms = 5000, .dated = false, .session = 77});
    dy_queue_push(&queue, &(dy_reading){.time_ms = 6000, .dated = false, .session = 77});
    open_queue();
    assert_true(dy_queue_peek(&queue, &reading, &ticket));
    assert_false(reading.dated);
    assert_int_equal(reading.session, 77);
    dy_queue_discard_undatable(&queue, ticket);
    dy_queue_discard_undatable(&queue, ticket);
    assert_int_equal(queue.undatable, 1);
    assert_int_equal(dy_queue_count(&queue), 1);
}

/** Whatever the flash was doing when power went: what was acknowledged as written is there, once, and in order. */
static void power_may_go_at_any_moment(void **state)
{
    (void)state;
    for (long moment = 0; moment < 800; moment++) {
        fake_flash_init(&chip, 3);
        open_queue();
        chip.power_left = moment;
        int64_t sent = 0, n = 0;
        while (!chip.powerless && n < 700) {
            push(++n);
            if (n % 3 != 0) continue;
            dy_reading reading;
            uint64_t ticket;
            if (dy_queue_peek(&queue, &reading, &ticket) && !chip.powerless) {
                sent = reading.time_ms;
                dy_queue_done(&queue, ticket);
            }
        }
        int64_t memory = queue.ram_count;
        fake_flash_power_on(&chip);
        open_queue();
        dy_reading reading;
        uint64_t ticket;
        int64_t last = 0;
        while (dy_queue_peek(&queue, &reading, &ticket)) {
            // The one whose mark was under way may come a second time.
            assert_true(reading.time_ms >= sent);
            assert_true(last == 0 || reading.time_ms == last + 1);
            last = reading.time_ms;
            dy_queue_done(&queue, ticket);
        }
        assert_true(last == 0 || last >= n - memory - 1);
        assert_true(queue.damaged <= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reading_that_is_sent_at_once_never_touches_flash),
        cmocka_unit_test(readings_that_wait_come_out_in_order),
        cmocka_unit_test(a_restart_loses_only_what_was_in_memory),
        cmocka_unit_test(it_holds_its_capacity_whatever_was_before_and_then_drops_the_oldest),
        cmocka_unit_test(wear_is_even),
        cmocka_unit_test(an_acknowledgement_that_comes_late_takes_nothing),
        cmocka_unit_test(memory_alone),
        cmocka_unit_test(a_chip_that_takes_nothing_more_leaves_memory),
        cmocka_unit_test(a_sector_that_cannot_be_erased_is_passed_over),
        cmocka_unit_test(bad_slots_are_counted_and_passed_over),
        cmocka_unit_test(flash_that_was_never_ours_is_taken),
        cmocka_unit_test(an_unreadable_chip_gives_nothing_and_stops_nothing),
        cmocka_unit_test(what_cannot_be_dated_is_counted),
        cmocka_unit_test(power_may_go_at_any_moment),
    };
    return RUN(tests);
}
