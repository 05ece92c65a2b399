import { expect, it } from 'vitest'
import { identify } from './identify.ts'

it.each([[undefined], [{ user: 'ada' }], ['ada']])('refuses at assembly what tells nobody: %j', (who) => {
  const assemble = () => identify(who as never)
  expect(assemble).toThrow(/^identify takes a function/)
  expect(assemble).toThrow(expect.objectContaining({ code: 'misassembled' }))
})
