import { hint } from '../config/nearest.ts'
import { budgetEntry } from './budget-option.ts'
import { type Args, textOf, textsOf, UsageError } from './command.ts'

/** A field of a record as an option of a command. */
export interface FieldOption {
  /** As JSON has it: `cost_center`; the option is `--cost-center`. */
  readonly field: string
  readonly kind: 'text' | 'list' | 'budgets' | 'flag' | 'number'
  /** What stands for its value in help. */
  readonly value: string
  readonly help: string
  /** Whether there is none of the kind without it. */
  readonly required?: true
}

export function optionOf({ field }: Pick<FieldOption, 'field'>): string {
  return field.replaceAll('_', '-')
}

const isList = ({ kind }: FieldOption) => kind === 'list' || kind === 'budgets'

/** Options as `parseArgs` takes them. */
export function fieldOptions(
  fields: readonly FieldOption[],
): Record<string, { type: 'string'; multiple?: true }> {
  return Object.fromEntries(
    fields.map((field) => [
      optionOf(field),
      { type: 'string', ...(isList(field) && { multiple: true as const }) },
    ]),
  )
}

/** What was said of a record: a patch, as the admin API takes it. @throws UsageError when a value cannot be meant. */
export function patchOf(args: Args, fields: readonly FieldOption[]): Record<string, unknown> {
  const stated = fields.flatMap((field) => {
    const value = statedValue(args, field)
    return value === undefined ? [] : [[field.field, value] as const]
  })
  const cleared = textsOf(args, 'clear').map((option) => {
    const field = fields.find((known) => optionOf(known) === option)
    if (field) return [field.field, null] as const
    throw new UsageError(`--clear ${option} is not known: ${hint(option, fields.map(optionOf))}`)
  })
  return Object.fromEntries([...cleared, ...stated])
}

function statedValue(args: Args, field: FieldOption): unknown {
  const option = optionOf(field)
  if (isList(field)) {
    const texts = textsOf(args, option)
    if (texts.length === 0) return undefined
    return field.kind === 'list' ? texts : texts.map((text) => budgetEntry(text))
  }
  const text = textOf(args, option)
  if (text === undefined || field.kind === 'text') return text
  if (field.kind === 'flag') {
    if (text === 'true' || text === 'false') return text === 'true'
    throw new UsageError(`--${option} ${text} is neither true nor false`)
  }
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`--${option} ${text} must be a whole number`)
}

/** Options as help shows them, a line each. */
export function fieldUsage(fields: readonly FieldOption[]): string[] {
  return fields.map((field) => {
    const option = `--${optionOf(field)} ${field.value}`
    const again = isList(field) ? '; may be given again' : ''
    return `${option.padEnd(WIDTH)} ${field.help}${again}${field.required ? '; required of a new one' : ''}`
  })
}

const WIDTH = 16
