import { describe, expect, it } from 'vitest'
import type { Json } from '../../api/types'
import { requestMessages, responseMessages } from './conversation'
import { kindOfEnding } from './ending'

const PIXEL = 'iVBORw0KGgo='

/** Role and parts in one line each, so that a whole conversation can be read in an assertion. */
function outline(messages: ReturnType<typeof requestMessages>): string[] | undefined {
  return messages?.map(({ role, parts }) =>
    [`${role}:`, ...parts.map((part) => Object.values(part).map(shown).join(' '))].join(' | '),
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)
}

describe('OpenAI chat', () => {
  it('has text, images, tool calls, their results, reasoning and refusals', () => {
    const request = requestMessages({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'image_url', image_url: { url: 'https://files.example/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } },
          ],
        },
        { role: 'tool', content: '[]', tool_call_id: 'c1' },
      ],
    })
    expect(outline(request)).toEqual([
      'user: | text Hi | image {"address":"https://files.example/a.png"}',
      'assistant: | tool_call find c1 { "q": 1 }',
      'tool: | tool_result c1 [] find',
    ])
    const answer = { role: 'assistant', content: null, refusal: 'No.', reasoning_content: 'Hm.' }
    expect(outline(responseMessages({ choices: [{ index: 0, message: answer }] }))).toEqual([
      'assistant: | thinking Hm. | text No.',
    ])
  })

  it('has a completion of plain text', () => {
    expect(outline(requestMessages({ prompt: 'Once' }))).toEqual(['user: | text Once'])
    expect(outline(responseMessages({ choices: [{ text: 'upon' }] }))).toEqual([
      'assistant: | text upon',
    ])
  })
})

describe('a payload that came another way', () => {
  const messages = [{ role: 'user', content: 'Hi' }]

  it('is read from a bare list and from the text it was on the wire', () => {
    expect(outline(requestMessages(messages))).toEqual(['user: | text Hi'])
    expect(outline(requestMessages(JSON.stringify({ messages })))).toEqual(['user: | text Hi'])
    expect(outline(responseMessages('[{"role":"assistant","content":"Ok"}]'))).toEqual([
      'assistant: | text Ok',
    ])
  })

  it('is put together from the pieces of a stream, choice by choice', () => {
    const piece = (delta: Json, index = 0) => ({ choices: [{ index, delta, finish_reason: null }] })
    const call = (rest: Json) => piece({ tool_calls: [rest] })
    const chunks = [
      { choices: [] },
      piece({ role: 'assistant', content: '' }),
      piece({ content: 'Let me ' }),
      piece({ content: 'No.' }, 1),
      piece({ role: 'assistant', content: 'see.' }),
      call({ index: 0, id: 'c1', function: { name: 'find', arguments: '' } }),
      call({ index: 0, function: { arguments: '{"q"' } }),
      call({ index: 1, id: 'c2', function: { name: 'stop', arguments: '{}' } }),
      call({ index: 0, id: null, function: { arguments: ':1}' } }),
      piece({}),
    ]
    expect(outline(responseMessages(chunks))).toEqual([
      'assistant: | text Let me see. | tool_call find c1 { "q": 1 } | tool_call stop c2 {}',
      'assistant: | text No.',
    ])
    expect(outline(responseMessages(piece({ content: 'Ok' })))).toEqual(['assistant: | text Ok'])
  })
})

describe('OpenAI Responses', () => {
  it('has instructions, items of calls and their outputs', () => {
    const request = requestMessages({
      instructions: 'Be brief.',
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: `data:image/png;base64,${PIXEL}` }],
        },
        { type: 'function_call', call_id: 'c1', name: 'find', arguments: '{"q":1}' },
        { type: 'function_call_output', call_id: 'c1', output: '{"hits":0}' },
      ],
    })
    expect(outline(request)).toEqual([
      'system: | text Be brief.',
      `user: | image {"data":"data:image/png;base64,${PIXEL}"}`,
      'assistant: | tool_call find c1 { "q": 1 }',
      'tool: | tool_result c1 { "hits": 0 } find',
    ])
    expect(outline(requestMessages({ input: 'Hi' }))).toEqual(['user: | text Hi'])
  })

  it('gathers the items of one answer, and keeps those it does not know', () => {
    const response = responseMessages({
      output: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Let me see.' }] },
        { type: 'web_search_call', status: 'completed' },
        { type: 'function_call', name: 'find', arguments: '{}' },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
      ],
    })
    expect(outline(response)).toEqual([
      'assistant: | thinking Let me see. | other {"type":"web_search_call","status":"completed"}' +
        ' | tool_call find {} | text Done.',
    ])
  })

  it('says nothing about reasoning that is not told', () => {
    const output = [
      { type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes' }] },
    ]
    expect(outline(responseMessages({ output }))).toEqual(['assistant: | text Yes'])
  })
})

describe('Anthropic messages', () => {
  it('have the system apart, blocks, and results of tools in the name of the user', () => {
    const request = requestMessages({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
            { type: 'text', text: 'What is it?' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'I look it up.', signature: 's' },
            { type: 'tool_use', id: 't1', name: 'find', input: { q: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'A lamp' }] },
          ],
        },
      ],
    })
    expect(outline(request)).toEqual([
      'system: | text Be brief.',
      `user: | image {"data":"data:image/png;base64,${PIXEL}"} | text What is it?`,
      'assistant: | thinking I look it up. | tool_call find t1 { "q": 1 }',
      'tool: | tool_result t1 A lamp find',
    ])
  })

  it('answer with blocks', () => {
    const response = { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Ok' }] }
    expect(outline(responseMessages(response))).toEqual(['assistant: | text Ok'])
  })
})

describe('Gemini', () => {
  it('has contents of parts, function calls and responses, and inline images', () => {
    const request = requestMessages({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: PIXEL } }],
        },
        { role: 'model', parts: [{ functionCall: { name: 'find', args: { q: 1 } } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { name: 'find', response: { result: 'nothing' } } }],
        },
      ],
    })
    expect(outline(request)).toEqual([
      'system: | text Be brief.',
      `user: | text Look | image {"data":"data:image/png;base64,${PIXEL}"}`,
      'assistant: | tool_call find { "q": 1 }',
      'tool: | tool_result find nothing',
    ])
  })

  it('answers with candidates, thoughts apart, and tells why one says nothing', () => {
    const parts = [{ text: 'Hm.', thought: true }, { text: 'Ok' }]
    const candidates = [{ content: { role: 'model', parts } }, { finishReason: 'SAFETY' }]
    expect(outline(responseMessages({ candidates }))).toEqual([
      'assistant: | thinking Hm. | text Ok',
      'assistant: | other {"finishReason":"SAFETY"}',
    ])
  })
})

describe('why an answer ended', () => {
  const endings = (response: Json) => responseMessages(response)?.map(({ ending }) => ending)
  const said = { role: 'assistant', content: 'Once upon' }
  const output = [{ type: 'message', ...said }]

  it('is told in the words of each dialect', () => {
    expect(endings({ choices: [{ message: said, finish_reason: 'length' }] })).toEqual(['length'])
    expect(endings({ choices: [{ text: 'Once', finish_reason: 'content_filter' }] })).toEqual([
      'content_filter',
    ])
    const piece = (delta: Json, reason: Json) => ({
      choices: [{ index: 0, delta, finish_reason: reason }],
    })
    expect(endings([piece({ content: 'Once' }, null), piece({}, 'length')])).toEqual(['length'])
    expect(endings({ role: 'assistant', content: [], stop_reason: 'refusal' })).toEqual(['refusal'])
    const parts = [{ text: 'Once' }]
    expect(
      endings({
        candidates: [
          { content: { role: 'model', parts }, finishReason: 'MAX_TOKENS' },
          { finishReason: 'SAFETY' },
        ],
      }),
    ).toEqual(['MAX_TOKENS', 'SAFETY'])
    const cut = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    expect(endings({ output, ...cut })).toEqual(['max_output_tokens'])
    expect(endings({ output, status: 'failed', error: null })).toEqual(['failed'])
  })
  it('is not told when it is the usual', () => {
    for (const reason of ['stop', 'tool_calls', '', null]) {
      expect(endings({ choices: [{ message: said, finish_reason: reason }] })).toEqual([undefined])
    }
    expect(endings({ ...said, content: [], stop_reason: 'end_turn' })).toEqual([undefined])
    expect(endings({ output, status: 'completed' })).toEqual([undefined])
    expect(endings({ candidates: [{ content: { parts: [] }, finishReason: 'STOP' }] })).toEqual([
      undefined,
    ])
  })
  it('comes down to a few kinds', () => {
    expect(['MAX_TOKENS', 'SAFETY', 'refusal', 'constructor'].map(kindOfEnding)).toEqual([
      'length',
      'filter',
      'refusal',
      'other',
    ])
  })
})

it('marks results of tools that failed', () => {
  const failed = (messages: ReturnType<typeof requestMessages>) =>
    messages?.flatMap(({ parts }) =>
      parts.map((part) => part.kind === 'tool_result' && part.failed),
    )
  const result = { type: 'tool_result', tool_use_id: 't1', content: 'no such file' }
  expect(
    failed(
      requestMessages({
        messages: [{ role: 'user', content: [{ ...result, is_error: true }, result] }],
      }),
    ),
  ).toEqual([true, undefined])
  const called = { type: 'function_call_output', call_id: 'c1', output: 'x' }
  expect(
    failed(
      requestMessages({
        input: [
          { ...called, status: 'incomplete' },
          { ...called, status: 'completed' },
        ],
      }),
    ),
  ).toEqual([true, undefined])
})

it('leaves numbers in arguments as they are, however long', () => {
  const call = { name: 'find', arguments: '{"id":12345678901234567890}' }
  const request = requestMessages({ input: [{ type: 'function_call', ...call }] })
  expect(request?.[0]?.parts[0]).toMatchObject({ input: call.arguments })
})

const NO_CONVERSATION: Json[] = [
  null,
  'cut off {"mess',
  { input: ['a text to embed'] },
  { messages: [42] },
  { messages: {} },
  { messages: [] },
  { choices: [] },
  { output: [null] },
  { contents: [{ text: 'no parts' }] },
  { error: { message: 'overloaded', type: 'api_error' } },
  [{ type: 'text' }],
  '{"mess',
  { data: [{ embedding: [0.1] }] },
]

it.each(NO_CONVERSATION)('leaves %j to the JSON view', (payload) => {
  expect(requestMessages(payload)).toBeUndefined()
  expect(responseMessages(payload)).toBeUndefined()
})
