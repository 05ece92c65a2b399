import { readFileSync } from 'node:fs'
import type { Clock } from '@tollgate/kit/core'
import { loadPrices, type PriceBook, type PriceList, priceBook } from '@tollgate/kit/meter'
import type { Config } from '../config/index.ts'
import { isSimulated } from '../say/config-lines.ts'
import { SIMULATED_PRICES } from '../simulation.ts'

/**
 * What models cost, by the config: its own prices, then the files that it names, then the built-in list.
 *
 * @throws Error when a file cannot be read, or has no prices in it: a gateway does not begin on half a book.
 */
export function pricesOf(
  config: Pick<Config, 'file' | 'providers' | 'prices' | 'priceFiles' | 'unknownPrice'>,
  clock: Clock,
): PriceBook {
  return priceBook({
    overrides: { ...(isSimulated(config) ? SIMULATED_PRICES : {}), ...config.prices },
    lists: config.priceFiles.map((path) => readList(path)),
    discounts: discountsOf(config),
    unknownPrice: config.unknownPrice,
    clock,
  })
}

function discountsOf({ providers }: Pick<Config, 'providers'>): Record<string, string> {
  return Object.fromEntries(
    providers.flatMap(({ name, discount }) => (discount === undefined ? [] : [[name, discount]])),
  )
}

/** What is left out of a list is priced by what stands behind it. */
function readList(path: string): PriceList {
  const list = loadPrices(readFileSync(path, 'utf8'))
  if (list.status === 'read') return list
  throw new Error(`price_files: ${path} is no list of prices: ${list.problems.at(-1)}`)
}

/** Entries of the config's lists that are no prices, a line each. */
export function priceProblems({ priceFiles }: Pick<Config, 'priceFiles'>): string[] {
  return priceFiles.flatMap((path) => readList(path).problems.map((problem) => `${path}: ${problem}`))
}
