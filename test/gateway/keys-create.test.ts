import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { ADA, place } from '../support/gateway.ts'

/** A gateway that has been started once, its books at rest, and a way to let every insert into one table fail. */
async function atRest() {
  const { folder, start, command } = await place(ADA)
  await (await start()).close()
  const breaking = async (table: string, work: () => Promise<unknown>) => {
    const db = new DatabaseSync(join(folder, 'data/tollgate.db'))
    db.exec(
      `CREATE TRIGGER crash BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'the process died'); END`,
    )
    await work()
    db.exec('DROP TRIGGER crash')
    db.close()
  }
  /** The budgets of the key that is made, as the books have them; undefined when they do not know it. */
  const budgetsOfEve = async () => {
    const gateway = await start()
    const answer = await gateway.admin('/admin/v1/spend?account=key:eve')
    await gateway.close()
    return ((await answer.json()) as { budgets?: { limit_usd: string }[] }).budgets
  }
  return { command, breaking, budgetsOfEve }
}

const CREATE = 'keys create --id eve --team science --budget 2/daily'

describe('tollgate keys create, when it dies halfway', () => {
  it('has given no budget to a key that there is not', async () => {
    const { command, breaking, budgetsOfEve } = await atRest()
    await breaking('virtual_key', async () => {
      expect(await command(CREATE)).toEqual({
        code: 1,
        out: '',
        err: 'tollgate keys create: the process died',
      })
    })
    expect((await command('keys list')).out).not.toContain('eve')
    expect(await budgetsOfEve()).toEqual([])
    expect(await command(CREATE)).toMatchObject({ code: 0 })
    expect(await budgetsOfEve()).toMatchObject([{ limit_usd: '2.000000000' }])
  })

  it('leaves a key without budgets, whose secret nobody has seen, and whose id is taken', async () => {
    const { command, breaking } = await atRest()
    await breaking('account', async () => {
      expect(await command(CREATE)).toMatchObject({ code: 1, out: '' })
    })
    expect((await command('keys list')).out).toMatch(/^eve +science .* live$/m)
    expect(await command(CREATE)).toMatchObject({
      code: 1,
      err: 'tollgate keys create: there is a key eve already: choose another --id',
    })
  })
})

it('tollgate keys create changes no budget of a key that is there already', async () => {
  const { command, budgetsOfEve } = await atRest()
  expect(await command(CREATE)).toMatchObject({ code: 0 })
  expect(await command(CREATE.replace('2/daily', '200/daily'))).toMatchObject({ code: 1, out: '' })
  expect(await budgetsOfEve()).toMatchObject([{ limit_usd: '2.000000000' }])
})

it('tollgate keys create gives a key budgets in USD and in tokens alike', async () => {
  const { command, budgetsOfEve } = await atRest()
  expect(await command(`${CREATE} --budget 2000000tokens/monthly`)).toMatchObject({ code: 0 })
  expect(await budgetsOfEve()).toMatchObject([{ limit_usd: '2.000000000' }, { limit_tokens: 2_000_000 }])
  expect(await command('keys create --budget 5')).toMatchObject({
    code: 2,
    err: expect.stringContaining('write USD and a period, as in 5/daily, or 2000000tokens/monthly'),
  })
})
