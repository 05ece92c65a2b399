import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csv } from './csv.ts'

it('is RFC 4180: quoted where it must be, ended by CRLF', () => {
  expect(
    csv([
      ['team', 'cost_usd'],
      ['sales, "north"', '-0.5'],
      ['two\nlines', ''],
    ]),
  ).toBe('team,cost_usd\r\n"sales, ""north""",-0.5\r\n"two\nlines",\r\n')
})

it.each(['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://evil","x")', '-', '+'])(
  '%j is no formula',
  (name) => {
    expect(csv([[name]])).toMatch(/^"?'/)
  },
)

it.each(['-0.000000001', '12.5', '-3'])('%s stays a number', (amount) => {
  expect(csv([[amount]])).toBe(`${amount}\r\n`)
})

it('any text is read again as it was, but for the apostrophe', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 }), (rows) => {
      const plain = (text: string) => text.replace(/^'(?=[=+\-@\t\r\n])/, '')
      expect(parsed(csv(rows)).map((cells) => cells.map(plain))).toEqual(
        rows.map((cells) => cells.map(plain)),
      )
    }),
  )
})

/** A reader of its own, so that the writer is not held to itself. */
function parsed(text: string): string[][] {
  const rows: string[][] = []
  let cells: string[] = []
  let at = 0
  while (at < text.length) {
    let cell = ''
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++
        cell += text[at]
      }
      at++
    } else while (text[at] !== ',' && text[at] !== '\r') cell += text[at++]
    cells.push(cell)
    if (text[at] === ',') at++
    else {
      at += 2
      rows.push(cells)
      cells = []
    }
  }
  return rows
}
