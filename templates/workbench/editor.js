// 修改政策：表单和 YAML 是同一份草稿的两种看法；每改一处就检查，并对选中的自评表试算。
import { trial } from './trial.js'
import { element, job, send, tell, working } from './workbench.js'

const root = document.querySelector('[data-editor]')
const policy = root.dataset.editor
const base = `/api/v1/drafts/${policy}`
const find = name => root.querySelector(`[data-${name}]`)
const button = name => root.querySelector(`[data-do="${name}"]`)
const NAMES = { draft: '草稿', published: '已发布', retired: '已停用', pack: '公共部分' }
const VALUE_KINDS = { text: '文字', number: '数字', list: '几个值（、分开；值里有、的加 ""）', param: '参数', field: '另一字段', bool: '是否' }
const NUMBERLESS = ['in', 'not_in']
let draft = null
let words = { operators: {}, fields: {}, parameters: [], clauses: [] }
let seen = {} // 冲突时看过的磁盘文件
let queue = Promise.resolve() // 修改一处接一处，各带上一处之后的版本号
const { forms, effect } = trial(root.querySelector('[data-trial]'), base, () => draft.problems.length > 0)

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
      draft = await work(draft)
      if (draft.draft) draft = draft.draft
      tell('')
      show()
      effect()
    } catch (error) {
      if (error.status === 409 && !error.conflicts) {
        await reload()
        tell('这里在别的窗口里也改过，或别人刚保存了。已载入现在的内容；请再改一次刚才那一处。', 'error')
      } else {
        complain(error)
        find('state').textContent = '这一处没有改成'
        if (draft) refill() // 栏里恢复成没有改成之前的
      }
    }
  })
  return queue
}

const complain = error => tell([error.message, ...(error.problems ?? []).map(one => one.text ?? one.message)].filter((line, n, all) => all.indexOf(line) === n).join('\n'), 'error')

async function reload () {
  draft = await send('GET', base)
  show()
  effect()
}

function refill () {
  for (const group of root.querySelectorAll('[data-group]')) { delete group.dataset.revision; if (group.open) items(group) }
}

const edit = body => change(({ revision, state }) => send('POST', `${base}/changes`, { revision, state, ...body }))

function show () {
  const changed = draft.changed.length > 0
  find('status').textContent = NAMES[draft.status] ?? '有错'
  find('status').className = `status is-${draft.status}`
  button('save').disabled = !changed
  button('discard').disabled = !changed
  button('difference').disabled = !changed
  button('undo').disabled = draft.undo === 0
  button('redo').disabled = draft.redo === 0
  find('state').textContent = changed ? `有未保存的修改（${draft.changed.join('、')}）` : '没有未保存的修改'
  find('problems').replaceChildren(draft.problems.length
    ? element('div', {}, element('p', { class: 'error' }, `有 ${draft.problems.length} 处错误：`), element('ul', {}, ...draft.problems.map(complaint)))
    : element('p', { class: 'same' }, '没有发现错误。'))
  find('moved').hidden = !draft.moved.length
  find('moved').textContent = `别人已经保存过 ${draft.moved.join('、')}，你改的是那以前的。你的修改还在；保存时两边会合在一起，改了同一处的会先给你看两边。`
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

// 错误标在表单的那一栏旁边：一行写着几栏的，按列认；认不出是哪一栏的，标在整项上
function marks () {
  for (const one of root.querySelectorAll('.complaint')) one.remove()
  for (const input of root.querySelectorAll('#form [aria-invalid]')) input.removeAttribute('aria-invalid')
  for (const problem of draft.problems) {
    const line = Array.from(root.querySelectorAll(`#form [data-line="${CSS.escape(`${problem.file}:${problem.line}`)}"]`))
    const exact = line.filter(field => field.dataset.column === String(problem.column))
    const told = () => element('p', { class: 'complaint', role: 'alert' }, problem.message + (problem.expected ? `；应为：${problem.expected}` : ''))
    for (const field of exact.length ? exact : line.length === 1 ? line : []) {
      field.querySelector('input, textarea, select')?.setAttribute('aria-invalid', 'true')
      field.append(told())
    }
    if (!exact.length && line.length > 1) for (const item of new Set(line.map(field => field.closest('.item')))) item.querySelector('.fields').prepend(told())
  }
}

// ---- 表单 -------------------------------------------------------------------------------------------------------

const asked = new Map() // 正在读的组：同一版只读一次、只画一次，写着字的栏不会在手里换掉

function items (group) {
  const version = `${draft.revision} ${draft.state}`
  if (group.dataset.revision === version) return Promise.resolve()
  const before = asked.get(group)
  if (before?.version === version) return before.done
  const done = draw(group, version).finally(() => { if (asked.get(group)?.done === done) asked.delete(group) })
  asked.set(group, { version, done })
  return done
}

async function draw (group, version) {
  const found = await send('GET', `${base}/items?group=${group.dataset.group}`)
  if (version !== `${draft.revision} ${draft.state}`) return items(group) // 读的时候又改过：画新的
  if (!found.length && draft.groups === null) return
  group.dataset.revision = version
  const writing = document.activeElement?.closest('[data-items]') ? document.activeElement : null
  const place = writing?.closest('[data-field]')?.dataset.field
  const half = writing && 'selectionStart' in writing && writing.value !== writing.defaultValue ? writing.value : null // 正写着、还没送去的
  const caret = half === null ? null : [writing.selectionStart, writing.selectionEnd]
  const open = new Set(Array.from(group.querySelectorAll('details[open][data-key]'), one => one.dataset.key))
  group.querySelector('[data-items]').replaceChildren(...found.map(one => item(one, open.has(one.key))))
  const again = place && root.querySelector(`[data-field="${CSS.escape(place)}"] :is(input, textarea, select)`)
  if (again) {
    again.focus()
    if (half !== null && 'selectionStart' in again) {
      again.value = half
      again.setSelectionRange(...caret)
      // 由程序放回去的字，离开时不再算改动：自己送
      again.addEventListener('blur', () => { if (again.isConnected && again.value === half) again.dispatchEvent(new Event('change')) }, { once: true })
    }
  }
  search()
  marks()
}

function item (one, open) {
  const own = Boolean(one.file)
  const body = element('div', { class: 'fields' })
  const made = element('details', { class: `item ${own ? 'own' : ''}`, 'data-key': one.key, 'data-id': one.id, 'data-words': `${one.title} ${one.id}` },
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

// 一个汉字占两格
const width = value => Array.from(String(value)).reduce((sum, char) => sum + (char.charCodeAt(0) > 0xff ? 2 : 1), 0)
// 写在哪里：自己的文件里，或（继承来的）整个政策里的路径
const target = (one, at) => one.file ? { file: one.file, at: [...one.at, ...at] } : { file: '', at: [...one.path, ...at] }
const mark = (one, field) => one.file ? { 'data-line': `${one.file}:${field.line}`, 'data-column': String(field.column) } : {}

function input (one, field) {
  const key = `${one.key}/${field.at.join('/')}`
  const save = (value, kind) => edit({ kind: 'set', ...target(one, field.at), value, value_kind: kind, was: field.value, item: one.id })
  let control
  if (field.kind === 'choice' || field.kind === 'param') {
    const choices = typeof field.choices === 'string' ? words[field.choices] : field.choices
    control = select(choices, field.value, value => save(value, field.kind === 'param' ? 'param' : 'text'))
  } else if (field.kind === 'bool') {
    control = select([['true', '是'], ['false', '否']], String(field.value), value => save(value, 'bool'))
  } else if (field.kind === 'list' || field.kind === 'long') {
    control = element('textarea', { rows: Math.min(8, 1 + Math.ceil(width(field.value) / 70)), onchange: event => save(event.target.value, field.kind === 'list' ? 'list' : 'text') })
    control.defaultValue = field.kind === 'list' ? field.text : field.value
  } else {
    control = element('input', { value: field.value, size: Math.max(8, Math.min(60, width(field.value) + 2)), autocomplete: 'off', inputmode: field.kind === 'number' ? 'decimal' : null, onchange: event => save(event.target.value, field.kind === 'number' ? 'number' : 'text') })
  }
  const param = field.kind === 'param' ? element('button', { type: 'button', class: 'plain', onclick: () => parameter(field.value) }, '改这个参数') : null
  const label = element('label', { class: ['long', 'list', 'formula'].includes(field.kind) ? 'long' : '', title: field.help || null }, field.label, control)
  return element('div', { class: ['long', 'list', 'formula'].includes(field.kind) ? 'long' : '', 'data-field': key, ...mark(one, field) }, label, param)
}

// 新写的一项在哪里：打开给人接着改，不让人自己去找
async function arrive (from, name) {
  const group = Array.from(root.querySelectorAll('[data-group]')).find(one => one.querySelector(`[data-key="${CSS.escape(from.key)}"]`))
  if (!group) return
  await items(group)
  const twins = Array.from(group.querySelectorAll('.item')).filter(one => one.dataset.id === name)
  const found = twins.find(one => one.dataset.key.split('.')[0] === from.path[0]) ?? twins[0]
  if (found) reach(found)
}

function reach (found) {
  found.hidden = false
  found.open = true
  found.scrollIntoView({ block: 'center' })
  setTimeout(() => found.querySelector('input, textarea, select')?.focus(), 50)
}

// 到参数那一项去
async function parameter (name) {
  const group = root.querySelector('[data-group="parameters"]')
  group.open = true
  await items(group)
  const found = group.querySelector(`[data-key="parameters.${CSS.escape(name)}"]`)
  if (found) reach(found)
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
  else { value = element('input', { value: test.value.text, size: Math.max(6, Math.min(50, width(test.value.text) + 2)), autocomplete: 'off', onchange: event => save(event.target.value) }) }
  value.setAttribute('aria-label', `${field.title}：值`)
  const others = when.tests.some(each => each.field === test.field && each !== test)
  const drop = element('button', { type: 'button', 'aria-label': `去掉条件：${field.title}`, onclick: () => edit({ kind: 'delete', ...target(one, others ? test.at : at) }) }, '去掉')
  return element('div', { class: 'condition', 'data-field': `${one.key}/${test.at.join('/')}`, ...mark(one, test) }, element('span', {}, field.title), op, kind, value, drop)
}

// 与服务器同样的规矩：写得成数字的才是数字，写不成的照样送去，由检查指出
function typed (text, kind, field) {
  if (kind === 'list') return listOf(text).map(one => field.type === 'number' && isNumber(one) ? Number(one) : one)
  if (kind === 'param' || kind === 'field') return { [kind]: text }
  if (kind === 'bool') return text === 'true'
  return (kind === 'number' || field.type === 'number') && isNumber(text) ? Number(text) : text
}
// 几个词用、分开；词里有、的，用英文双引号括起来
const listOf = text => Array.from(text.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*(?=、|$)|([^、]+))/g), found => (found[1] === undefined ? found[2] : found[1].replaceAll('""', '"')).trim()).filter(Boolean)
const isNumber = text => /^-?\d{1,15}(\.\d{1,12})?$/.test(text.trim())

function actions (one, own) {
  const buttons = []
  const add = (text, body, question) => buttons.push(element('button', { type: 'button', onclick: async () => {
    if (question) {
      const name = element('input', { autocomplete: 'off', maxlength: 80, required: true, autofocus: true })
      if (await ask(text.replace('……', ''), [element('label', {}, question, name)], [['yes', '写一个', true], ['', '取消']]) !== 'yes' || !name.value.trim()) return
      body = { ...body, value: name.value.trim() }
    }
    await edit(body)
    if (body.kind === 'copy') await arrive(one, body.value)
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
const plain = value => value.replace(/\r\n?/g, '\n') // 文本框里只有 \n；送回去时照文件原来的换行
let begun = '' // 文本框里的文字是从文件的哪个样子、草稿的哪一版改起的
let begunAt = 0
function files () {
  const chosen = find('file').value || 'policy.yaml'
  find('file').replaceChildren(...Object.keys(draft.files).map(name => element('option', { value: name }, draft.changed.includes(name) ? `${name} ●` : name)))
  find('file').value = draft.files[chosen] === undefined ? 'policy.yaml' : chosen
  if (!typing) fill()
  gutter()
}
function fill () {
  const name = find('file').value
  const other = text.dataset.file !== name
  text.dataset.file = name
  begun = draft.files[name] ?? ''
  begunAt = draft.revision
  const now = plain(begun)
  if (text.value === now) return
  const at = other ? [0, 0] : [text.selectionStart, text.selectionEnd]
  text.value = now
  if (document.activeElement === text) text.setSelectionRange(...at)
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
find('file').addEventListener('change', async () => { await push(); fill(); gutter() })
root.querySelector('[data-new-file]').addEventListener('click', async () => {
  await push()
  const input = element('input', { autocomplete: 'off', maxlength: 100, required: true, value: 'tests/changes.yaml' })
  if (await ask('新文件', [element('label', {}, '文件名：名称.yaml、findings/名称.yaml 或 tests/名称.yaml', input)], [['yes', '建立', true], ['', '取消']]) !== 'yes') return
  const name = input.value.trim()
  if (draft.files[name] !== undefined) { tell('已经有这个文件。', 'error'); return }
  const kind = name.startsWith('tests/') ? 'test' : 'policy'
  const first = `# yaml-language-server: $schema=${'../'.repeat(3 + name.split('/').length - 1)}schemas/${kind}.schema.json\n`
  await change(({ revision }) => send('PUT', base, { revision, files: { [name]: first + (kind === 'test' ? 'tests: []\n' : '') }, seen: { [name]: '' } }))
  if (draft.files[name] === undefined) return
  find('file').value = name
  fill()
  gutter()
  text.focus()
})
let typing
let leaving = false
text.addEventListener('input', () => {
  gutter()
  clearTimeout(typing)
  typing = setTimeout(push, 500)
})
text.addEventListener('keydown', event => {
  if (event.key === 'Escape') { leaving = true; return }
  if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey && !leaving) { event.preventDefault(); text.setRangeText('  ', text.selectionStart, text.selectionEnd, 'end'); text.dispatchEvent(new Event('input')) }
  leaving = false
})
async function push () {
  if (!typing) return queue
  clearTimeout(typing)
  typing = undefined
  const name = text.dataset.file
  const typed = text.value
  if (plain(begun) === typed) return queue
  const value = begun.includes('\r\n') ? typed.replaceAll('\n', '\r\n') : typed
  const seen = { [name]: begun }
  let revision = begunAt
  const put = async () => {
    const found = await send('PUT', base, { revision, files: { [name]: value }, seen })
    // 这中间又写了的，从刚送去的接着算；别的窗口的修改合进来了，下次再合
    if (typing && text.dataset.file === name) { begun = value; begunAt = found.files[name] === value ? found.revision : found.revision - 1 }
    return found
  }
  return change(async () => {
    try {
      return await put()
    } catch (error) {
      if (error.status !== 409) throw error
      // 另一个窗口改了同一处：两边都给看，由人来选
      const theirs = await send('GET', base)
      const choice = await ask('别的窗口改了同一处', [element('p', {}, '同一个文件在你的另一个窗口里也改过。两边的全文如下。'), element('h3', {}, '那边的'), element('pre', {}, theirs.files[name] ?? ''), element('h3', {}, '这边刚写的'), element('pre', {}, typed)], [['mine', '用这边的', true], ['', '用那边的']])
      revision = theirs.revision
      seen[name] = theirs.files[name] ?? ''
      return choice === 'mine' ? await put() : theirs
    }
  })
}
async function goto (file, line) {
  await tab('yaml')
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
  await push()
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
    event.preventDefault()
    const next = tabs[(tabs.indexOf(one) + 1) % tabs.length]
    next.focus()
    tab(next.id.slice(4))
  })
}

// ---- 保存、发布 -------------------------------------------------------------------------------------------------

function ask (title, body, choices) {
  const dialog = find('dialog')
  dialog.querySelector('#dialog-title').textContent = title
  find('dialog-body').replaceChildren(...body)
  find('dialog-actions').replaceChildren(...choices.map(([value, name, main]) => element('button', { value, class: main ? 'main' : '', formnovalidate: value === '' }, name)))
  dialog.returnValue = ''
  dialog.showModal()
  const first = dialog.querySelector('[data-dialog-body] input, [data-dialog-body] select') ?? dialog.querySelector('[data-dialog-actions] button')
  first?.focus()
  return new Promise(resolve => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }))
}

async function differences () {
  const found = await send('GET', `${base}/difference`)
  return [...(found.items ? [element('h3', {}, '逐项'), element('pre', {}, found.items)] : []), element('h3', {}, '逐行'), ...Object.entries(found.files).map(([name, lines]) => element('pre', { 'aria-label': name }, lines))]
}

async function save () {
  await push()
  await queue
  if (draft.problems.length && await ask(`还有 ${draft.problems.length} 处错误，仍要保存？`, [element('p', {}, '保存后，用到这个政策的人会看到这些错误，直到改好。没有保存的修改会一直替你留着。'), element('ul', {}, ...draft.problems.slice(0, 20).map(one => element('li', {}, one.text ?? one.message)))], [['', '回去改', true], ['yes', '仍要保存']]) !== 'yes') return
  try {
    const saved = await send('PUT', `${base}/saved`, { revision: draft.revision, seen })
    seen = {}
    draft = saved.draft
    show()
    effect()
    tell(`已保存：${Object.keys(saved.saved).join('、') || '没有改动'}`, 'good')
  } catch (error) {
    if (error.status === 409 && !error.conflicts) { await reload(); tell('这份草稿在别的窗口里刚改过。已载入；看过再保存。', 'error'); return }
    if (!error.conflicts) { complain(error); return }
    const body = error.conflicts.flatMap(one => [element('h3', {}, one.file), element('h4', {}, '两边不同的行（－ 磁盘上现在的，＋ 你的）'), element('pre', {}, one.difference),
      element('details', {}, element('summary', {}, '磁盘上现在的全文'), element('pre', {}, one.saved)), element('details', {}, element('summary', {}, '你的全文'), element('pre', {}, one.draft))])
    const choice = await ask('别人改了同一处，没有保存', [element('p', {}, '可以回去把对方的修改合进你的文字再保存；也可以就用你的文字（对方在同一处的修改会被换掉，操作记录里留有全文）。'), ...body], [['', '回去修改', true], ['mine', '看过了，用我的']])
    for (const one of error.conflicts) seen[one.file] = one.seen
    if (choice === 'mine') await save()
  }
}

const doing = {
  save,
  undo: async () => { await push(); await change(({ revision }) => send('POST', `${base}/undo`, { revision })) },
  redo: async () => { await push(); await change(({ revision }) => send('POST', `${base}/redo`, { revision })) },
  difference: async () => { await ask('还没保存的修改', await differences(), [['', '关闭', true]]) },
  discard: async () => {
    if (await ask('放弃修改？', await differences(), [['', '不放弃', true], ['yes', '放弃这些修改']]) === 'yes') await change(() => send('DELETE', base))
  },
  test: async () => {
    await push()
    await queue
    const tested = async adopt => {
      const found = await job(`${base}/tests/jobs`, { revision: draft.revision, adopt })
      if (!found) return undefined
      draft = found.draft
      show()
      return found
    }
    const found = await tested(false)
    if (!found) return
    const offer = found.adoptable ? [['adopt', `把上级政策的 ${found.adoptable} 条按现在的结果改写（进草稿）`]] : []
    if (await ask(found.passed ? '测试都通过' : '测试没有全部通过', [element('pre', {}, found.text)], [['', '关闭', true], ...offer]) !== 'adopt') return
    const after = await tested(true)
    if (!after) return
    await ask('已按现在的结果改写', [element('p', {}, '写在 tests/inherited.yaml 里，还没有保存。请逐条核对新的结果是对的，再运行一次测试，然后保存、发布。'), element('pre', {}, after.draft.files['tests/inherited.yaml'] ?? '')], [['', '关闭', true]])
  },
  publish: async () => {
    await push()
    await queue
    if (draft.changed.length) {
      if (await ask('先保存，再发布', await differences(), [['', '取消'], ['yes', '保存', true]]) !== 'yes') return
      await save()
      if (draft.changed.length) return
    }
    const { body, reason } = await publication()
    if (await ask(`发布 ${policy}？`, body, [['', '取消'], ['yes', '发布', true]]) !== 'yes') return
    const published = await job(`${base}/published/jobs`, { amend: reason.value })
    if (!published) return
    draft = published
    show()
    tell('已发布。', 'good')
  }
}

// 发布之前给人看：与所继承的、与上次发布的相比改了什么
async function publication () {
  const found = await send('GET', `${base}/publication`)
  const reason = element('input', { maxlength: 1000, size: 40, required: found.since.length > 0 })
  const body = [element('p', {}, '发布前会检查政策、运行它的测试；都通过才发布，并写下锁定文件。发布后内容再有改动，计算时会拒绝使用。')]
  if (found.published) {
    body.push(element('h3', {}, `与 ${found.published.slice(0, 10)} 发布的相比`), found.since.length ? element('ul', {}, ...found.since.map(one => element('li', {}, one))) : element('p', {}, '没有不同。'))
  }
  if (found.since.length) body.push(element('label', {}, '更正的原因（记入锁定文件和操作记录）', reason))
  if (found.parent) body.push(element('h3', {}, `与所继承的 ${found.parent} 相比`), element('pre', {}, found.against_parent))
  return { body, reason }
}
for (const [name, work] of Object.entries(doing)) button(name)?.addEventListener('click', async event => { await working(event.target, work); if (draft) show() })
find('import')?.addEventListener('change', async event => {
  const body = new FormData()
  body.append('file', event.target.files[0])
  event.target.value = ''
  await push()
  await change(({ revision }) => { body.append('revision', String(revision)); return send('POST', `${base}/workbook`, body) })
})
document.addEventListener('keydown', event => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
    event.preventDefault()
    if (find('dialog').open) return
    const writing = document.activeElement?.closest('[data-items] :is(input, textarea)')
    if (writing && writing.value !== writing.defaultValue) writing.dispatchEvent(new Event('change')) // 正写着的一栏也算
    if (typing || draft?.changed.length) save()
    else queue.then(() => draft?.changed.length ? save() : tell('没有要保存的修改。'))
  }
})
addEventListener('beforeunload', event => { if (typing) event.preventDefault() })

// 别人保存了、自己在别的窗口改了：开着的页面也要知道
async function watch () {
  if (!draft || typing || document.hidden || find('dialog').open) return
  try {
    const now = await send('GET', `${base}/state`)
    if (typing || (now.revision === draft.revision && now.state === draft.state)) return
    const others = now.state !== draft.state
    const mine = draft.changed.length
    await queue
    if (now.revision === draft.revision && now.state === draft.state) return
    await reload()
    if (others && !mine) tell(`${now.by ? `${now.by}刚保存了这个政策` : '政策文件刚被改过'}，已载入新的内容。`)
    else if (!others) tell('你在别的窗口里改过这份草稿，已载入。')
  } catch { /* 连不上时，改的时候会说 */ }
}
addEventListener('focus', watch)
document.addEventListener('visibilitychange', watch)
setInterval(watch, 10000)
load().catch(complain)
