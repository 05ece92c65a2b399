import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MAX_PAGE_LIMIT, pageOf } from './page.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at).padStart(6, '0'))

/** A store that gives no more than the longest page. */
const reading = (all: readonly string[]) => async (after: string | undefined, limit: number) => {
  expect(limit).toBeLessThanOrEqual(MAX_PAGE_LIMIT)
  return all.filter((item) => after === undefined || item > after).slice(0, limit)
}

async function everyPage(all: readonly string[], limit: number): Promise<readonly (readonly string[])[]> {
  const pages: (readonly string[])[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await pageOf({ limit, cursor }, reading(all), (item) => item)
    pages.push(page.data)
    if (page.next_cursor === null) return pages
    cursor = page.next_cursor
  }
}

it('gives each item once, in pages of the length that was asked for, and no empty one at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (count, limit) => {
      const all = numbers(count)
      const pages = await everyPage(all, limit)
      expect(pages.flat()).toEqual(all)
      expect(pages.length).toBe(Math.max(1, Math.ceil(count / limit)))
    }),
  )
})

it.each([999, 1000, 1001, 2000])('so of the longest pages: %d', async (count) => {
  const all = numbers(count)
  const pages = await everyPage(all, MAX_PAGE_LIMIT)
  expect(pages.flat()).toEqual(all)
  expect(pages.length).toBe(Math.ceil(count / MAX_PAGE_LIMIT))
})

it('takes no cursor that it has not given', async () => {
  const page = pageOf({ cursor: 'bm90aGluZw' }, reading([]), String)
  await expect(page).rejects.toMatchObject({ code: 'invalid_request', param: 'cursor' })
})
