// 修改政策：表单和 YAML 是同一份草稿的两种看法；每改一处就检查，并对选中的自评表试算。
import { element, listed, send, tell, working } from './workbench.js'

const root = document.querySelector('[data-editor]')
const policy = root.dataset.editor
const base = `/api/v1/drafts/${policy}`
const find = name => root.querySelector(`[data-${name}]`)
const button = name => root.querySelector(`[data-do="${name}"]`)
const NAMES = { draft: '草稿', published: '已发布', retired: '已停用', pack: '公共部分' }
const VALUE_KINDS = { text: '文字', number: '数字', list: '几个值（、分开）', param: '参数', field: '另一字段', bool: '是否' }
const NUMBERLESS = ['in', 'not_in']
let draft = null
let words = { operators: {}, fields: {}, parameters: [], clauses: [] }
let seen = {} // 冲突时看过的磁盘文件
let queue = Promise.resolve() // 修改一处接一处，各带上一处之后的版本号

// ---- 读与改 ----------------------------------------------------------------------------------------------------

async function load () {
  draft = await send('GET', base)
  words = await send('GET', `${base}/catalogue`)
  show()
  await forms()
}

function change (work) {
  queue = queue.then(async () => {
    find('state').textContent = '正在检查……'
    try {
      draft = await work(draft.revision)
      if (draft.draft) draft = draft.draft
      tell('')
      show()
      effect()
    } catch (error) {
      if (error.status === 409 && !error.conflicts) {
        tell('这份草稿在别的窗口里也改过。已重新载入；请再改一次刚才那一处。', 'error')
        draft = await send('GET', base)
        show()
      } else {
        tell([error.message, ...error.problems.map(one => one.text ?? one.message)].filter((line, n, all) => all.indexOf(line) === n).join('\n'), 'error')
        find('state').textContent = '这一处没有改成'
      }
    }
  })
  return queue
}

const edit = body => change(revision => send('POST', `${base}/changes`, { revision, ...body }))

function show () {
  const changed = draft.changed.length > 0
  find('status').textContent = NAMES[draft.status] ?? '有错'
  find('status').className = `status ${draft.status}`
  button('save').disabled = !changed
  button('discard').disabled = !changed
  button('difference').disabled = !changed
  button('undo').disabled = draft.undo === 0
  button('redo').disabled = draft.redo === 0
  find('state').textContent = changed ? `有未保存的修改（${draft.changed.join('、')}）` : '没有未保存的修改'
  find('problems').replaceChildren(draft.problems.length
    ? element('div', {}, element('p', { class: 'error' }, `有 ${draft.problems.length} 处错误：`), element('ul', {}, ...draft.problems.map(complaint)))
    : element('p', { class: 'same' }, '没有发现错误。'))
  files()
  find('broken').hidden = draft.groups !== null
  if (draft.groups) {
    for (const group of root.querySelectorAll('[data-group]')) {
      group.querySelector('[data-count]').textContent = `${draft.groups[group.dataset.group]} 项`
      if (group.open) items(group)
      else delete group.dataset.revision
    }
  }
  marks()
}

function complaint (problem) {
  const own = draft.files[problem.file] !== undefined
  const text = problem.text ?? problem.message
  return element('li', {}, own ? element('button', { type: 'button', class: 'plain', onclick: () => goto(problem.file, problem.line) }, text) : text)
}

// 错误所在的行，标在表单的那一栏旁边
function marks () {
  for (const one of root.querySelectorAll('.complaint')) one.remove()
  for (const input of root.querySelectorAll('#form [aria-invalid]')) input.removeAttribute('aria-invalid')
  for (const problem of draft.problems) {
    for (const field of root.querySelectorAll(`#form [data-place="${CSS.escape(`${problem.file}:${problem.line}`)}"]`)) {
      field.querySelector('input, textarea, select')?.setAttribute('aria-invalid', 'true')
      field.append(element('p', { class: 'complaint', role: 'alert' }, problem.message + (problem.expected ? `；应为：${problem.expected}` : '')))
    }
  }
}

// ---- 表单 -------------------------------------------------------------------------------------------------------

async function items (group) {
  if (group.dataset.revision === String(draft.revision)) return
  const found = await send('GET', `${base}/items?group=${group.dataset.group}`)
  if (!found.length && draft.groups === null) return
  group.dataset.revision = String(draft.revision)
  const place = document.activeElement?.closest('[data-field]')?.dataset.field
  const open = new Set(Array.from(group.querySelectorAll('details[open][data-key]'), one => one.dataset.key))
  group.querySelector('[data-items]').replaceChildren(...found.map(one => item(one, open.has(one.key))))
  if (place) root.querySelector(`[data-field="${CSS.escape(place)}"] :is(input, textarea, select)`)?.focus()
  search()
  marks()
}

function item (one, open) {
  const own = Boolean(one.file)
  const body = element('div', { class: 'fields' })
  const made = element('details', { class: `item ${own ? 'own' : ''}`, 'data-key': one.key, 'data-words': `${one.title} ${one.id}` },
    element('summary', {}, one.title, ' ', element('small', { class: 'muted' }, own ? one.file : `继承自 ${one.place}`)), body)
  const fill = () => {
    if (body.childElementCount) return
    body.append(...one.fields.map(field => field.kind === 'when' ? conditions(one, field) : input(one, field)), actions(one, own))
    marks()
  }
  made.addEventListener('toggle', () => made.open && fill())
  if (open) { made.open = true; fill() }
  return made
}

// 写在哪里：自己的文件里，或（继承来的）整个政策里的路径
const target = (one, at) => one.file ? { file: one.file, at: [...one.at, ...at] } : { file: '', at: [...one.path, ...at] }
const mark = (one, field) => one.file ? `${one.file}:${field.line}` : ''

function input (one, field) {
  const key = `${one.key}/${field.at.join('/')}`
  const save = (value, kind) => edit({ kind: 'set', ...target(one, field.at), value, value_kind: kind })
  let control
  if (field.kind === 'choice' || field.kind === 'param') {
    const choices = typeof field.choices === 'string' ? words[field.choices] : field.choices
    control = select(choices, field.value, value => save(value, field.kind === 'param' ? 'param' : 'text'))
  } else if (field.kind === 'bool') {
    control = select([['true', '是'], ['false', '否']], String(field.value), value => save(value, 'bool'))
  } else if (field.kind === 'list' || field.kind === 'long') {
    control = element('textarea', { rows: Math.min(8, 1 + Math.ceil(String(field.value).length / 50)), onchange: event => save(event.target.value, field.kind === 'list' ? 'list' : 'text') })
    control.value = field.kind === 'list' ? field.value.join('、') : field.value
  } else {
    control = element('input', { value: field.value, size: Math.max(8, Math.min(60, String(field.value).length + 2)), autocomplete: 'off', inputmode: field.kind === 'number' ? 'decimal' : null, onchange: event => save(event.target.value, field.kind === 'number' ? 'number' : 'text') })
  }
  const label = element('label', { class: ['long', 'list', 'formula'].includes(field.kind) ? 'long' : '', title: field.help || null }, field.label, control)
  return element('div', { class: ['long', 'list', 'formula'].includes(field.kind) ? 'long' : '', 'data-field': key, 'data-place': mark(one, field) }, label)
}

function select (choices, value, save) {
  const made = element('select', { onchange: event => save(event.target.value) })
  const known = choices.some(([key]) => key === value)
  made.append(...(known || value === undefined ? [] : [element('option', { value }, value)]), ...choices.map(([key, name]) => element('option', { value: key, selected: key === value }, name === key ? name : `${name}`)))
  made.value = value ?? ''
  return made
}

function conditions (one, when) {
  const known = words.fields[when.of] ?? []
  const rows = when.tests.map(test => condition(one, when, test, known))
  const name = select([['', '加一个条件……'], ...known.filter(field => !when.tests.some(test => test.field === field.name)).map(field => [field.name, field.title])], '', value => {
    if (!value) return
    const field = known.find(each => each.name === value)
    const first = field.choices.length ? field.choices[0][0] : field.type === 'number' ? { gt: 0 } : field.type === 'bool' ? true : { present: true }
    edit({ kind: 'set', ...target(one, [...when.at, value]), value: first, value_kind: 'data' })
  })
  name.setAttribute('aria-label', `${when.label}：加一个条件`)
  return element('fieldset', { class: 'long' }, element('legend', {}, when.label), ...(rows.length ? rows : [element('p', { class: 'muted' }, '没有条件')]), name)
}

function condition (one, when, test, known) {
  const field = known.find(each => each.name === test.field) ?? { title: test.field, type: 'text', choices: [] }
  const at = [...when.at, test.field]
  const nested = test.at.length > at.length
  const put = (op, kind, text) => {
    if (NUMBERLESS.includes(op) && kind !== 'param') kind = 'list'
    if (op === 'present') { kind = 'bool'; if (!['true', 'false'].includes(text)) text = 'true' }
    const value = typed(text, kind, field)
    const whole = op === 'eq' || (op === 'in' && kind === 'list' && !nested) ? value : { [op]: value }
    // 同一字段另有条件时只换这一个词
    const others = when.tests.filter(each => each.field === test.field && each !== test)
    if (others.length && nested && op === test.op) return edit({ kind: 'set', ...target(one, test.at), value, value_kind: 'data' })
    if (others.length) return tell('同一字段有两个条件时，请在 YAML 里换比较方式', 'error')
    return edit({ kind: 'set', ...target(one, at), value: whole, value_kind: 'data' })
  }
  const op = select(Object.entries(words.operators), test.op, value => put(value, test.value.kind, test.value.text))
  op.setAttribute('aria-label', `${field.title}：怎样比较`)
  const kind = select(Object.entries(VALUE_KINDS), test.value.kind, value => put(test.op, value, value === 'param' ? words.parameters[0]?.[0] ?? '' : test.value.text))
  kind.setAttribute('aria-label', `${field.title}：和什么比`)
  let value
  const save = text => put(test.op, test.value.kind, text)
  if (test.value.kind === 'param') value = select(words.parameters, test.value.text, save)
  else if (test.value.kind === 'field') value = select(known.map(each => [each.name, each.title]), test.value.text, save)
  else if (test.value.kind === 'bool') value = select([['true', '是'], ['false', '否']], test.value.text, save)
  else if (field.choices.length && test.value.kind === 'text') value = select(field.choices, test.value.text, save)
  else { value = element('input', { value: test.value.text, size: Math.max(6, Math.min(50, test.value.text.length + 2)), autocomplete: 'off', onchange: event => save(event.target.value) }) }
  value.setAttribute('aria-label', `${field.title}：值`)
  const others = when.tests.some(each => each.field === test.field && each !== test)
  const drop = element('button', { type: 'button', 'aria-label': `去掉条件：${field.title}`, onclick: () => edit({ kind: 'delete', ...target(one, others ? test.at : at) }) }, '去掉')
  return element('div', { class: 'condition', 'data-field': `${one.key}/${test.at.join('/')}`, 'data-place': mark(one, test) }, element('span', {}, field.title), op, kind, value, drop)
}

// 与服务器同样的规矩：写得成数字的才是数字，写不成的照样送去，由检查指出
function typed (text, kind, field) {
  if (kind === 'list') return text.split('、').map(one => one.trim()).filter(Boolean).map(one => field.type === 'number' && isNumber(one) ? Number(one) : one)
  if (kind === 'param' || kind === 'field') return { [kind]: text }
  if (kind === 'bool') return text === 'true'
  return (kind === 'number' || field.type === 'number') && isNumber(text) ? Number(text) : text
}
const isNumber = text => /^-?\d{1,15}(\.\d{1,12})?$/.test(text.trim())

function actions (one, own) {
  const buttons = []
  const add = (text, body, ask) => buttons.push(element('button', { type: 'button', onclick: async () => {
    if (ask) { const name = prompt(ask); if (!name) return; body = { ...body, value: name } }
    edit(body)
  } }, text))
  if (one.rule) {
    if (one.disabled) add('启用', { kind: 'enable', at: ['findings', one.id] })
    else add('停用', { kind: 'disable', at: ['findings', one.id] })
  }
  if (!one.disabled && (one.ordered || one.rule || one.path[0] === 'parameters')) {
    add('照它再写一个……', { kind: 'copy', ...target(one, []) }, '新的编号（字母、数字、横线、点）')
  }
  if (own) add(one.path.length > 2 ? '删去' : '删去（恢复继承的，如果有）', { kind: 'delete', ...target(one, []) })
  if (own) buttons.push(element('button', { type: 'button', class: 'plain', onclick: () => goto(one.file, Number(/第(\d+)行/.exec(one.place)?.[1] ?? 1)) }, '在 YAML 里看'))
  return element('p', { class: 'actions long' }, ...buttons)
}

function search () {
  const wanted = find('search').value.trim()
  for (const one of root.querySelectorAll('#form .item')) one.hidden = Boolean(wanted) && !one.dataset.words.includes(wanted)
}
find('search').addEventListener('input', async () => {
  if (find('search').value.trim()) for (const group of root.querySelectorAll('[data-group]')) { group.open = true; await items(group) }
  search()
})
for (const group of root.querySelectorAll('[data-group]')) group.addEventListener('toggle', () => group.open && draft?.groups && items(group))

// ---- YAML -------------------------------------------------------------------------------------------------------

const text = find('text')
function files () {
  const chosen = find('file').value || 'policy.yaml'
  find('file').replaceChildren(...Object.keys(draft.files).map(name => element('option', { value: name }, draft.changed.includes(name) ? `${name} ●` : name)))
  find('file').value = draft.files[chosen] === undefined ? 'policy.yaml' : chosen
  if (document.activeElement !== text || text.dataset.file !== find('file').value) fill()
  gutter()
}
function fill () {
  text.dataset.file = find('file').value
  if (text.value !== draft.files[text.dataset.file]) text.value = draft.files[text.dataset.file] ?? ''
}
function gutter () {
  const lines = text.value.split('\n').length
  const wrong = new Map(draft.problems.filter(one => one.file === find('file').value).map(one => [one.line, one.message]))
  find('gutter').replaceChildren(...Array.from({ length: lines }, (_, n) => wrong.has(n + 1)
    ? [element('span', { class: 'bad', title: wrong.get(n + 1) }, String(n + 1)), '\n']
    : [`${n + 1}\n`]).flat())
  text.style.height = `${lines * 1.5 + 2}em`
  text.setAttribute('aria-invalid', wrong.size ? 'true' : 'false')
}
find('file').addEventListener('change', () => { fill(); gutter() })
let typing
text.addEventListener('input', () => {
  gutter()
  clearTimeout(typing)
  typing = setTimeout(push, 500)
})
text.addEventListener('keydown', event => {
  if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey) { event.preventDefault(); text.setRangeText('  ', text.selectionStart, text.selectionEnd, 'end'); text.dispatchEvent(new Event('input')) }
})
function push () {
  clearTimeout(typing)
  typing = undefined
  const name = text.dataset.file
  const value = text.value
  if (draft.files[name] === value) return queue
  return change(revision => send('PUT', base, { revision, files: { [name]: value } }))
}
function goto (file, line) {
  tab('yaml')
  find('file').value = file
  fill()
  gutter()
  const start = text.value.split('\n').slice(0, Math.max(0, line - 1)).reduce((sum, one) => sum + one.length + 1, 0)
  text.focus()
  text.setSelectionRange(start, start + (text.value.slice(start).split('\n')[0].length))
  text.parentElement.scrollTop = Math.max(0, (line - 5) * parseFloat(getComputedStyle(text).lineHeight))
}

const tabs = Array.from(root.querySelectorAll('[role="tab"]'))
async function tab (name) {
  if (typing) await push()
  for (const one of tabs) {
    const on = one.id === `tab-${name}`
    one.setAttribute('aria-selected', String(on))
    one.tabIndex = on ? 0 : -1
    document.getElementById(one.getAttribute('aria-controls')).hidden = !on
  }
  if (name === 'yaml') { fill(); gutter() }
}
for (const one of tabs) {
  one.addEventListener('click', () => tab(one.id.slice(4)))
  one.addEventListener('keydown', event => {
    if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return
    const next = tabs[(tabs.indexOf(one) + 1) % tabs.length]
    next.focus()
    tab(next.id.slice(4))
  })
}

// ---- 试算 -------------------------------------------------------------------------------------------------------

async function forms () {
  const known = await send('GET', '/api/v1/forms')
  const chosen = new Set(Array.from(find('forms').querySelectorAll('input:checked'), one => one.value))
  find('forms').replaceChildren(element('legend', {}, '自评表'), ...known.map(({ id, label }, n) => {
    const box = element('input', { type: 'checkbox', value: id, onchange: () => effect() })
    box.checked = chosen.size ? chosen.has(id) : n === 0
    return element('label', { class: 'inline' }, box, label)
  }))
  effect()
}

let trying
async function effect () {
  const chosen = Array.from(find('forms').querySelectorAll('input:checked'), one => one.value)
  trying?.abort()
  if (!chosen.length) { find('effect').replaceChildren(); return }
  if (draft.problems.length) { find('effect').replaceChildren(element('p', { class: 'muted' }, '改好错误后再试算。')); return }
  trying = new AbortController()
  find('effect').setAttribute('aria-busy', 'true')
  try {
    const found = await send('POST', `${base}/effect`, { forms: chosen }, trying.signal)
    find('effect').replaceChildren(...effects(found))
  } catch (error) {
    if (error.name !== 'AbortError') find('effect').replaceChildren(element('p', { class: 'error' }, error.message), listed(error.problems))
  }
  find('effect').removeAttribute('aria-busy')
}

function effects ({ forms: found, covered }) {
  const changed = found.filter(one => one.changed)
  const score = one => one.score || '待人工'
  const sign = difference => difference === '' ? '—' : Number(difference) === 0 ? '不变' : Number(difference) > 0 ? `+${difference}` : difference
  const tone = difference => Number(difference) > 0 ? 'num up' : Number(difference) < 0 ? 'num down' : 'num'
  const table = element('table', { class: 'effect' },
    element('thead', {}, element('tr', {}, ...['自评表', '保存前', '修改后', '差'].map(name => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...found.map(one => element('tr', {}, element('th', { scope: 'row' }, one.name), element('td', { class: 'num' }, `${score(one.before)} ${one.before.grade}`), element('td', { class: 'num' }, `${score(one.after)} ${one.after.grade}`), element('td', { class: tone(one.difference) }, sign(one.difference))))))
  const details = changed.map(one => element('details', {}, element('summary', {}, `${one.name}：${one.indicators.length} 个指标、${one.findings.length} 个问题有变`),
    element('ul', {}, ...one.indicators.map(each => element('li', {}, `${each.name}（分值 ${each.weight}，目标 ${each.target}，完成 ${each.actual}）：${score(each.before)} → ${score(each.after)}；${each.before.case} → ${each.after.case}${each.after.label ? `：${each.after.label}` : ''}`))),
    element('ul', {}, ...one.findings.map(each => element('li', {}, `${{ new: '新增', gone: '不再报', severity: '级别改变' }[each.change]}：${each.message}`)))))
  return [...(covered ? [] : [element('p', { class: 'note' }, '注意：有的表不属于这个政策的年度或表种，只作试算。')]), table, element('p', {}, changed.length ? `${found.length} 张表中 ${changed.length} 张有变。` : '与保存前没有不同。'), ...details]
}
find('add').addEventListener('change', async event => {
  const body = new FormData()
  for (const file of event.target.files) body.append('files', file)
  const made = await working(event.target, () => send('POST', '/api/v1/results', body))
  event.target.value = ''
  if (!made) return
  await forms()
  const box = find('forms').querySelector(`input[value="${made.id}"]`)
  if (box) { box.checked = true; effect() }
})

// ---- 保存、发布 -------------------------------------------------------------------------------------------------

function ask (title, body, choices) {
  const dialog = find('dialog')
  dialog.querySelector('#dialog-title').textContent = title
  find('dialog-body').replaceChildren(...body)
  find('dialog-actions').replaceChildren(...choices.map(([value, name, main]) => element('button', { value, class: main ? 'main' : '' }, name)))
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }))
}

async function differences () {
  const found = await send('GET', `${base}/difference`)
  return [...(found.items ? [element('h3', {}, '逐项'), element('pre', {}, found.items)] : []), element('h3', {}, '逐行'), ...Object.entries(found.files).map(([name, lines]) => element('pre', { 'aria-label': name }, lines))]
}

async function save () {
  await push()
  await queue
  try {
    const saved = await send('PUT', `${base}/saved`, { revision: draft.revision, seen })
    seen = {}
    draft = saved.draft
    show()
    effect()
    tell(`已保存：${Object.keys(saved.saved).join('、')}`, 'good')
  } catch (error) {
    if (!error.conflicts) { tell([error.message, ...error.problems.map(one => one.text)].join('\n'), 'error'); return }
    const body = error.conflicts.flatMap(one => [element('h3', {}, one.file), element('h4', {}, '磁盘上现在的（别人改的）'), element('pre', {}, one.saved), element('h4', {}, '你的'), element('pre', {}, one.draft)])
    const choice = await ask('别人改了同一处，没有保存', [element('p', {}, '两边的全文如下。可以回去把对方的修改合进你的文字再保存；也可以就用你的文字（对方在同一处的修改会被换掉，操作记录里留有全文）。'), ...body], [['back', '回去修改', true], ['mine', '看过了，用我的']])
    if (choice === 'back' || choice === 'mine') for (const one of error.conflicts) seen[one.file] = one.seen
    if (choice === 'mine') await save()
  }
}

const doing = {
  save,
  undo: () => change(revision => send('POST', `${base}/undo`, { revision })),
  redo: () => change(revision => send('POST', `${base}/redo`, { revision })),
  difference: async () => { await ask('还没保存的修改', await differences(), [['', '关闭', true]]) },
  discard: async () => {
    if (await ask('放弃修改？', await differences(), [['', '不放弃', true], ['yes', '放弃这些修改']]) === 'yes') await change(() => send('DELETE', base))
  },
  publish: async () => {
    await push()
    await queue
    if (draft.changed.length) {
      if (await ask('先保存，再发布', await differences(), [['', '取消'], ['yes', '保存', true]]) !== 'yes') return
      await save()
      if (draft.changed.length) return
    }
    const reason = element('input', { maxlength: 1000, size: 40 })
    const body = [element('p', {}, '发布前会检查政策、运行它的测试；都通过才发布，并写下锁定文件。发布后内容再有改动，计算时会拒绝使用。'), await against(), element('label', {}, '改正已发布的政策时，写明原因', reason)]
    if (await ask(`发布 ${policy}？`, body, [['', '取消'], ['yes', '发布', true]]) !== 'yes') return
    tell('正在检查、测试、发布……')
    draft = await send('PUT', `${base}/published`, { amend: reason.value })
    show()
    tell('已发布。', 'good')
  }
}

// 与所继承的政策相比改了什么
async function against () {
  const parent = /extends:\s*\[?\s*([\w./-]+)/.exec(draft.files['policy.yaml'])?.[1]
  if (!parent) return element('p', {}, '')
  try {
    const found = await send('GET', `/api/v1/changes?a=${encodeURIComponent(parent)}&b=${encodeURIComponent(policy)}`)
    return element('details', { open: true }, element('summary', {}, `与 ${parent} 相比`), element('pre', {}, found.text))
  } catch { return element('p', { class: 'muted' }, `与 ${parent} 的差别列不出来。`) }
}
for (const [name, work] of Object.entries(doing)) button(name)?.addEventListener('click', async event => { await working(event.target, work); if (draft) show() })
find('import')?.addEventListener('change', async event => {
  const body = new FormData()
  body.append('file', event.target.files[0])
  body.append('revision', String(draft.revision))
  event.target.value = ''
  await change(() => send('POST', `${base}/workbook`, body))
})
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); if (!button('save').disabled || typing) button('save').click() }
})
addEventListener('beforeunload', event => { if (typing) event.preventDefault() })
load().catch(error => tell(error.message, 'error'))
