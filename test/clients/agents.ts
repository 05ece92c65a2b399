/** A request as a coding agent sends it: what of its headers a gateway could trip over, and the fields of its body. */
export interface AgentRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
}

export const CLAUDE_BETAS =
  'claude-code-20250219,interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14'

const CLAUDE_HEADERS = {
  'user-agent': 'claude-cli/2.1.44 (external, cli)',
  'x-app': 'cli',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': CLAUDE_BETAS,
  'anthropic-dangerous-direct-browser-access': 'true',
  'x-stainless-helper-method': 'stream',
  'x-stainless-retry-count': '0',
}

const EPHEMERAL = { cache_control: { type: 'ephemeral' } }

const claudeTool = (name: string, property: string) => ({
  name,
  description: `What ${name} is for, at length.`,
  input_schema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: { [property]: { type: 'string', description: 'Absolute, never relative' } },
    required: [property],
    additionalProperties: false,
  },
})

const claudeAsked = (text: string) => ({
  model: 'claude-sonnet-4-5-20250929',
  system: [
    { type: 'text', text: "You are Claude Code, Anthropic's official CLI for Claude.", ...EPHEMERAL },
    { type: 'text', text: 'Working directory: /home/ada/bridge', ...EPHEMERAL },
  ],
  tools: [claudeTool('Read', 'file_path'), claudeTool('Bash', 'command')],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: '<system-reminder>\nThe date is 2026-11-21.\n</system-reminder>' },
        { type: 'text', text, ...EPHEMERAL },
      ],
    },
  ],
})

/** Claude Code: one question of a session, streamed, with all of its betas. */
export function claudeCode(text: string): AgentRequest {
  return {
    path: '/v1/messages?beta=true',
    headers: CLAUDE_HEADERS,
    body: {
      ...claudeAsked(text),
      max_tokens: 32_000,
      metadata: { user_id: 'user_8f3c_account__session_1d0b7e62-93d5-4c39-9e53-6b0d8c1a2f11' },
      thinking: { type: 'enabled', budget_tokens: 31_999 },
      stream: true,
    },
  }
}

/** Claude Code asks before it compacts its context. */
export function claudeCodeCount(text: string): AgentRequest {
  return { path: '/v1/messages/count_tokens?beta=true', headers: CLAUDE_HEADERS, body: claudeAsked(text) }
}

/** Codex CLI: stateless, so that it brings all that was said, its sealed thoughts included, every time. */
export function codex(input: readonly object[]): AgentRequest {
  return {
    path: '/v1/responses',
    headers: {
      'user-agent': 'codex_cli_rs/0.88.0 (Ubuntu 24.4.0; x86_64) xterm-256color',
      originator: 'codex_cli_rs',
      version: '0.88.0',
      'openai-beta': 'responses=experimental',
      session_id: '0199a7c2-5d3e-7c11-9b7a-3f0f3f1c2d4e',
      conversation_id: '0199a7c2-5d3e-7c11-9b7a-3f0f3f1c2d4e',
      accept: 'text/event-stream',
    },
    body: {
      model: 'gpt-5',
      instructions: 'You are Codex, a coding agent in a terminal.',
      input: [
        {
          type: 'message',
          role: 'developer',
          content: [{ type: 'input_text', text: '<permissions>read only</permissions>' }],
        },
        ...input,
      ],
      tools: [
        {
          type: 'function',
          name: 'shell_command',
          description: 'Runs a command and returns its output.',
          strict: false,
          parameters: {
            type: 'object',
            properties: { command: { type: 'string' }, timeout_ms: { type: 'number' } },
            required: ['command'],
            additionalProperties: false,
          },
        },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: '0199a7c2-5d3e-7c11-9b7a-3f0f3f1c2d4e',
    },
  }
}

export function codexUser(text: string): object {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

const GEMINI_HEADERS = {
  'user-agent': 'GeminiCLI/0.31.0/gemini-2.5-pro (linux; x64) google-api-nodejs-client/10.3.0',
  'x-goog-api-client': 'google-genai-sdk/1.30.0 gl-node/v22.21.0',
  'x-gemini-api-privileged-user-id': '4b1f',
}

/** Gemini CLI: a stream, with what it has thought. */
export function geminiCli(contents: readonly object[]): AgentRequest {
  return {
    path: '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    headers: GEMINI_HEADERS,
    body: {
      contents: [
        { role: 'user', parts: [{ text: 'This is the Gemini CLI. Today is Saturday.' }] },
        { role: 'model', parts: [{ text: 'Got it. Thanks for the context!' }] },
        ...contents,
      ],
      systemInstruction: { role: 'user', parts: [{ text: 'You are an interactive CLI agent.' }] },
      tools: [
        {
          functionDeclarations: [
            {
              name: 'read_file',
              description: 'Reads a file.',
              parametersJsonSchema: {
                type: 'object',
                properties: { absolute_path: { type: 'string' }, limit: { type: 'number' } },
                required: ['absolute_path'],
              },
            },
          ],
        },
      ],
      generationConfig: {
        temperature: 0,
        topP: 1,
        thinkingConfig: { includeThoughts: true, thinkingBudget: -1 },
      },
    },
  }
}
