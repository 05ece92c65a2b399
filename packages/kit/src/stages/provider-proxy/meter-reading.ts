import { type NanoUsd, nanoUsd } from '../../core/money.ts'
import { isJsonType } from '../../wire/json.ts'
import { type JsonPlace, jsonPlace } from '../../wire/passage/json-place.ts'
import type { Meter, UsedUnits } from '../../wire/passage/meter.ts'
import type { Passage } from '../../wire/passage/passages.ts'

/** Reads what an answer says of its own cost, as its bytes pass. */
export interface MeterReading {
  push(bytes: Buffer): void
  /** The answer is whole: what it cost; undefined where that is not said, and what was reserved is charged. */
  cost(): MeteredCost | undefined
}

/** What an answer cost, and how much of what its meter counts that was, where it says so. */
export interface MeteredCost {
  readonly nanoUsd: NanoUsd
  readonly units?: UsedUnits
}

/** The most that is kept of an answer to read it whole: 4 MiB, as much as is held back of any. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * How an answer's cost is read. What has no price of its own in it is known by its status: a success costs what was agreed
 * on, everything else nothing.
 */
export function meterReading({ cost }: Passage, status: number, type: string | undefined): MeterReading {
  const isSuccess = status >= 200 && status <= 299
  if (cost === 'unknown') return says(undefined)
  if (cost === 'nothing') return says(isSuccess ? { nanoUsd: nanoUsd(0) } : undefined)
  if (!cost.costOf) return says(isSuccess ? metered(cost, cost.reserve, undefined) : undefined)
  return isJsonType(type) ? inAnswer(cost) : says(undefined)
}

function says(cost: MeteredCost | undefined): MeterReading {
  return { push: () => {}, cost: () => cost }
}

function metered(
  { unit, thousandthsOf }: Meter,
  cost: NanoUsd | undefined,
  answer: unknown,
): MeteredCost | undefined {
  if (cost === undefined) return undefined
  const thousandths = thousandthsOf?.(answer)
  return { nanoUsd: cost, ...(thousandths !== undefined && { units: { unit, thousandths } }) }
}

/** A long answer is likely to be a dear one: it is read as it passes, at the one place that says so. */
function inAnswer(meter: Meter): MeterReading {
  const { place: names = [] } = meter
  const chunks: Buffer[] = []
  let size = 0
  let place: JsonPlace | undefined
  return {
    push(bytes) {
      size += bytes.length
      if (place) return place.push(bytes)
      chunks.push(bytes)
      if (size <= MAX_BYTES) return
      place = jsonPlace(names)
      for (const chunk of chunks.splice(0)) place.push(chunk)
    },
    cost() {
      const answer = place
        ? names.reduceRight<unknown>((value, name) => ({ [name]: value }), place.value())
        : parsed(chunks)
      return metered(meter, meter.costOf?.(answer), answer)
    },
  }
}

/** Undefined where it is no JSON, in which no meter finds anything. */
function parsed(chunks: readonly Buffer[]): unknown {
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}
