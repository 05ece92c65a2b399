import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** For the machine's clock it is midnight every other second, so that it is whatever the demo does just then. */
const MIDNIGHTS = `
  const machine = Date.now
  const beganMs = machine()
  Date.now = () => machine() + 86_400_000 * Math.floor((machine() - beganMs) / 2000)`

const ROOT = join(import.meta.dirname, '../..')

it('prints what README.md says, to the letter, though days end meanwhile', { timeout: 120_000 }, () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const [, told = ''] = /^```\n(The runaway cron job: .*?)^```$/ms.exec(readme) ?? []
  const clock = `data:text/javascript,${encodeURIComponent(MIDNIGHTS)}`
  const program = ['--import', clock, join(import.meta.dirname, 'demo.ts')]
  const { status, stdout, stderr } = spawnSync(process.execPath, program, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  })
  expect(stderr).toBe('')
  expect(stdout).toBe(told)
  expect(status).toBe(0)
})

it('says the same in the front door, which shows two lines of it', () => {
  const demo = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8')
  const shown = readFileSync(join(ROOT, 'README.md'), 'utf8').match(/^ {2}.* by its own count$/gm)
  expect(shown).toHaveLength(2)
  for (const line of shown!) expect(demo.split('\n')).toContain(line)
})
