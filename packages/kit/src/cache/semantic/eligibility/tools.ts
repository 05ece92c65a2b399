import { isObject, type JsonObject } from '../../../core/json-object.ts'
import type { Subject } from './subject.ts'

/**
 * Whether the model may call tools, which see the world as it is then. Each dialect has its own word for none:
 * https://platform.openai.com/docs/api-reference/chat/create#chat-create-tool_choice
 * https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use
 * https://ai.google.dev/api/caching#FunctionCallingConfig
 */
export function mayUseTools({ received: { body } }: Subject): boolean {
  const hasTools = [body.tools, body.functions].some((list) => Array.isArray(list) && list.length > 0)
  return hasTools && !saysNone(body)
}

function saysNone({ tool_choice, function_call, toolConfig, tool_config }: JsonObject): boolean {
  if (tool_choice !== undefined) return tool_choice === 'none' || fieldOf(tool_choice, 'type') === 'none'
  if (function_call !== undefined) return function_call === 'none'
  const config = toolConfig ?? tool_config
  const calling = fieldOf(config, 'functionCallingConfig') ?? fieldOf(config, 'function_calling_config')
  return fieldOf(calling, 'mode') === 'NONE'
}

const fieldOf = (value: unknown, name: string) => (isObject(value) ? value[name] : undefined)
