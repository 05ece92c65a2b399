;; What a search in a partition takes most of its time for. Built by scripts/build-kernel.ts into scan-bytes.ts; js-kernel.ts
;; does the same without WebAssembly, and a test holds the two to the same results.
;;
;; Everything lies in one memory, which the caller brings and lays out. Every place, and every row's length in bytes
;; ($stride), is a multiple of 16: what a vector does not fill is zero, and zero changes neither a product nor a distance.
(module
  (import "partition" "memory" (memory 1))

  ;; The dot product of each row of int8 with the query, an i32 a row at $out.
  ;;
  ;; Bytes are widened to i16 and multiplied in pairs into i32: exact, since 2 × 127² is far below 2^31, and so is the sum
  ;; over the 4096 numbers that a row has at most.
  (func (export "dots")
    (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32)
    (local $at i32) (local $end i32) (local $last i32)
    (local $row v128) (local $asked v128) (local $sum v128)
    (local.set $last (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $each_row
        (br_if $done (i32.ge_u (local.get $out) (local.get $last)))
        (local.set $sum (v128.const i32x4 0 0 0 0))
        (local.set $at (i32.const 0))
        (loop $each_16
          (local.set $row (v128.load (i32.add (local.get $rows) (local.get $at))))
          (local.set $asked (v128.load (i32.add (local.get $query) (local.get $at))))
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
            (i16x8.extend_low_i8x16_s (local.get $row))
            (i16x8.extend_low_i8x16_s (local.get $asked)))))
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
            (i16x8.extend_high_i8x16_s (local.get $row))
            (i16x8.extend_high_i8x16_s (local.get $asked)))))
          (local.set $at (i32.add (local.get $at) (i32.const 16)))
          (br_if $each_16 (i32.lt_u (local.get $at) (local.get $stride))))
        (i32.store (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
            (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
        (local.set $rows (i32.add (local.get $rows) (local.get $stride)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $each_row))))

  ;; How many bits of a row differ from the query's, by the processor's own count of 64: on x64 a third faster than counting
  ;; the bytes of a vector, for which it has no instruction.
  (func $distance (param $row i32) (param $query i32) (param $stride i32) (result i32)
    (local $at i32) (local $sum i64)
    (loop $each_16
      (local.set $sum (i64.add (local.get $sum) (i64.add
        (i64.popcnt (i64.xor
          (i64.load (i32.add (local.get $row) (local.get $at)))
          (i64.load (i32.add (local.get $query) (local.get $at)))))
        (i64.popcnt (i64.xor
          (i64.load offset=8 (i32.add (local.get $row) (local.get $at)))
          (i64.load offset=8 (i32.add (local.get $query) (local.get $at))))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $each_16 (i32.lt_u (local.get $at) (local.get $stride))))
    (i32.wrap_i64 (local.get $sum)))

  ;; The $most rows whose bits differ least from the query's: pairs of i32 at $out, distance and row, nearest first. Of rows
  ;; that are equally far the one that lies first is nearer. Gives how many there are.
  ;;
  ;; The list is kept in order as the rows are gone through: nearly all of them are farther than its last, and cost one
  ;; comparison.
  (func (export "nearest")
    (param $rows i32) (param $count i32) (param $stride i32) (param $query i32) (param $out i32) (param $most i32)
    (result i32)
    (local $row i32) (local $distance i32) (local $found i32) (local $place i32) (local $farthest i32)
    (local.set $farthest (i32.const 0x7fffffff))
    (block $done
      (loop $each_row
        (br_if $done (i32.ge_u (local.get $row) (local.get $count)))
        (local.set $distance (call $distance (local.get $rows) (local.get $query) (local.get $stride)))
        (if (i32.lt_u (local.get $distance) (local.get $farthest))
          (then
            ;; Its place is behind all that are as near; what is farther moves on by one, and the last may fall out.
            (if (i32.lt_u (local.get $found) (local.get $most))
              (then (local.set $found (i32.add (local.get $found) (i32.const 1)))))
            (local.set $place
              (i32.add (local.get $out) (i32.shl (i32.sub (local.get $found) (i32.const 1)) (i32.const 3))))
            (block $placed
              (loop $each_farther
                (br_if $placed (i32.le_u (local.get $place) (local.get $out)))
                (br_if $placed (i32.le_u (i32.load (i32.sub (local.get $place) (i32.const 8))) (local.get $distance)))
                (i64.store (local.get $place) (i64.load (i32.sub (local.get $place) (i32.const 8))))
                (local.set $place (i32.sub (local.get $place) (i32.const 8)))
                (br $each_farther)))
            (i32.store (local.get $place) (local.get $distance))
            (i32.store offset=4 (local.get $place) (local.get $row))
            (if (i32.eq (local.get $found) (local.get $most))
              (then
                (local.set $farthest (i32.load (i32.add (local.get $out)
                  (i32.shl (i32.sub (local.get $most) (i32.const 1)) (i32.const 3)))))))))
        (local.set $rows (i32.add (local.get $rows) (local.get $stride)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $each_row)))
    (local.get $found)))
