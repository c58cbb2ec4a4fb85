<?php

namespace Swoole;

/**
 * A hash table of fixed size in shared memory, for processes that are forked after create(): rows of typed columns under string keys.
 *
 * A row is read and written as a whole, also when a process is killed while it writes. Iteration goes on beside writers: rows that are there all the
 * time come once.
 *
 * @not-serializable
 */
class Table implements \Iterator, \Countable
{
    /** A signed number of 64 bits. */
    public const TYPE_INT = 1;
    /** Bytes, of a largest length. */
    public const TYPE_STRING = 3;
    /** A floating-point number of 64 bits. */
    public const TYPE_FLOAT = 2;

    /** The number of rows that the table is made for; null before create(). */
    public $size = null;
    /** Bytes of shared memory; null before create(). */
    public $memorySize = null;

    /**
     * @param int $table_size rows; rounded up to a power of two, 64 at least
     * @param float $conflict_proportion how many rows more there can be, as a part of $table_size: 0.2 to 1
     */
    public function __construct(int $table_size, float $conflict_proportion = 0.2) {}

    /**
     * Adds a column, before create().
     *
     * @param string $name its name
     * @param int $type one of the TYPE_* constants
     * @param int $size of TYPE_STRING: the largest number of bytes
     */
    public function column(string $name, int $type, int $size = 0): bool {}

    /** Makes the table. It has to be done before the processes are forked that are to share it. */
    public function create(): bool {}

    /** Lets go of the table in this process. */
    public function destroy(): bool {}

    /**
     * Writes a row; columns that are not named keep what they have, or begin with 0 and ''.
     *
     * @param string $key 63 bytes at most
     * @param array $value column name => value
     * @return bool false when the table is full
     */
    public function set(string $key, array $value): bool {}

    /**
     * Reads a row, or one column of it.
     *
     * @param string $key its key
     * @param string|null $field the name of a column
     * @return array|string|int|float|false false when there is no such row or column
     */
    public function get(string $key, ?string $field = null): array|string|int|float|false {}

    /** The number of rows. */
    public function count(): int {}

    /**
     * Deletes a row.
     *
     * @return bool false when there was none
     */
    public function del(string $key): bool {}

    /** The same as del(). */
    public function delete(string $key): bool {}

    /** Whether there is a row. */
    public function exists(string $key): bool {}

    /** The same as exists(). */
    public function exist(string $key): bool {}

    /**
     * Adds to a column, as one step that no other process can come between. Makes the row if there is none.
     *
     * @return int|float the sum; false on failure
     */
    public function incr(string $key, string $column, int|float $incrby = 1): int|float {}

    /**
     * Takes away from a column, as incr() adds.
     *
     * @return int|float the difference; false on failure
     */
    public function decr(string $key, string $column, int|float $incrby = 1): int|float {}

    /** The number of rows that the table is made for; 0 before create(). */
    public function getSize(): int {}

    /** Bytes of shared memory that all rows together take; 0 before create(). */
    public function getMemorySize(): int {}

    /**
     * Figures: num, conflict_count, conflict_max_level, insert_count, update_count, delete_count, available_slice_num, total_slice_num.
     *
     * @return array|false false before create()
     */
    public function stats(): array|false {}

    /** Begins with the first row. */
    public function rewind(): void {}

    public function valid(): bool {}

    /** Goes on to the next row. */
    public function next(): void {}

    /** The row as it was when the iteration came to it; null behind the last. */
    public function current(): mixed {}

    /** Its key; null behind the last. */
    public function key(): mixed {}
}
