// 试算：选中的自评表在保存前后的得分和问题，每个得分怎样得来，许多表的影响页。
import { element, listed, send, tell, working } from './workbench.js'

const NAMES = { execution: '预算执行', total: '总分' }
const FINDING = { new: '新增', gone: '不再报', severity: '级别改变' }

export function trial (root, base, broken) {
  const find = name => root.querySelector(`[data-${name}]`)
  const chosen = () => Array.from(find('forms').querySelectorAll('input:checked'), one => one.value)
  let trying
  let round = 0

  async function forms (also) {
    const known = await send('GET', '/api/v1/forms')
    const before = new Set(chosen())
    if (also) before.add(also)
    find('forms').replaceChildren(element('legend', {}, '自评表'), ...known.map(({ id, label }, n) => {
      const box = element('input', { type: 'checkbox', value: id, onchange: () => effect() })
      box.checked = before.size ? before.has(id) : n === 0
      return element('label', { class: 'inline' }, box, label)
    }))
    await effect()
  }

  async function effect () {
    const keys = chosen()
    const mine = ++round
    trying?.abort()
    find('impact').disabled = !keys.length
    if (!keys.length) { find('effect').replaceChildren(); find('effect').removeAttribute('aria-busy'); return }
    if (broken()) { find('effect').replaceChildren(element('p', { class: 'muted' }, '改好错误后再试算。')); find('effect').removeAttribute('aria-busy'); return }
    trying = new AbortController()
    find('effect').setAttribute('aria-busy', 'true')
    try {
      const found = await send('POST', `${base}/effect`, { forms: keys }, trying.signal)
      if (mine === round) find('effect').replaceChildren(...effects(found))
    } catch (error) {
      if (mine === round && error.name !== 'AbortError') find('effect').replaceChildren(element('p', { class: 'error' }, error.message), listed(error.problems))
    }
    if (mine === round) find('effect').removeAttribute('aria-busy')
  }

  function effects ({ forms: found, covered }) {
    const changed = found.filter(one => one.changed)
    const score = one => one.score || '待人工'
    const tone = difference => Number(difference) > 0 ? 'num up' : Number(difference) < 0 ? 'num down' : 'num'
    const table = element('table', { class: 'effect' },
      element('thead', {}, element('tr', {}, ...['自评表', '保存前', '修改后', '差'].map(name => element('th', { scope: 'col' }, name)))),
      element('tbody', {}, ...found.map(one => element('tr', {}, element('th', { scope: 'row' }, one.name), element('td', { class: 'num' }, `${score(one.before)} ${one.before.grade}`), element('td', { class: 'num' }, `${score(one.after)} ${one.after.grade}`), element('td', { class: tone(one.difference) }, one.told)))))
    const details = changed.map(one => element('details', {}, element('summary', {}, `${one.name}：${one.indicators.length} 个指标、${one.findings.length} 个问题有变`),
      element('ul', {}, ...one.indicators.map(each => element('li', {}, `${each.name}（分值 ${each.weight}，目标 ${each.target}，完成 ${each.actual}）：${score(each.before)} → ${score(each.after)}；${each.before.case} → ${each.after.case}${each.after.label ? `：${each.after.label}` : ''}`))),
      element('ul', {}, ...one.findings.map(each => element('li', {}, `${FINDING[each.change]}：${each.message}`))),
      one.left ? element('p', { class: 'muted' }, `另有 ${one.left} 处，见影响页。`) : null))
    const why = [...new Set(found.map(one => one.key))].map(key => traces(key, found.filter(one => one.key === key).map(one => one.name)))
    return [...(covered ? [] : [element('p', { class: 'note' }, '注意：有的表不属于这个政策的年度或表种，只作试算。')]), table, element('p', {}, changed.length ? `${found.length} 张表中 ${changed.length} 张有变。` : '与保存前没有不同。'), ...details, element('h3', {}, '怎样得来'), ...why]
  }

  // 打开时才去取：每个得分在保存前后各怎样得来
  function traces (key, names) {
    const body = element('div', {})
    const made = element('details', { 'data-traces': key }, element('summary', {}, names.length > 2 ? `${names[0]}等 ${names.length} 张表的各个得分` : `${names.join('、')}的各个得分`), body)
    made.addEventListener('toggle', async () => {
      if (!made.open || body.childElementCount) return
      body.replaceChildren(element('p', { class: 'muted' }, '正在计算……'))
      try {
        const found = await send('GET', `${base}/traces/${key}`)
        body.replaceChildren(...found.forms.map(form => element('details', { class: 'traced' }, element('summary', {}, form.name), ...[...form.parts, ...form.indicators].map(one => trace(one)))))
      } catch (error) {
        body.replaceChildren(element('p', { class: 'error' }, error.message))
      }
    })
    return made
  }

  function trace ({ name, before, after }) {
    const score = one => one ? one.score ?? '待人工' : '没有'
    const same = before && after && before.text === after.text
    const scores = score(before) === score(after) ? score(after) : `${score(before)} → ${score(after)}`
    const text = one => element('pre', {}, one ? one.text : '没有这一项')
    return element('details', {}, element('summary', {}, `${NAMES[name] ?? name}：${scores}`), ...(same ? [text(after)] : [element('h4', {}, '保存前'), text(before), element('h4', {}, '修改后'), text(after)]))
  }

  async function impact (button, files) {
    const body = new FormData()
    if (files) for (const file of files) body.append('files', file)
    else for (const key of chosen()) body.append('forms', key)
    find('made').replaceChildren(element('p', { class: 'muted' }, '正在读表、比较……'))
    const made = await working(button, () => send('POST', `${base}/impact`, body))
    find('made').replaceChildren(...(made ? [element('p', {}, element('a', { href: `/impacts/${made.id}`, target: '_blank', rel: 'noopener' }, '打开影响页'))] : []))
  }

  find('impact').addEventListener('click', event => impact(event.target))
  find('folder').addEventListener('change', async event => {
    // 不是表的（隐藏文件、图片）不送
    const files = Array.from(event.target.files).filter(file => !file.name.startsWith('.') && /\.(docx?|wps|odt|rtf|xlsx?|pdf|txt|json|jsonl|ya?ml)$/i.test(file.name))
    if (!files.length) tell('这个文件夹里没有能读的表。', 'error')
    else await impact(event.target, files)
    event.target.value = ''
  })
  find('add').addEventListener('change', async event => {
    const body = new FormData()
    for (const file of event.target.files) body.append('files', file)
    const made = await working(event.target, () => send('POST', '/api/v1/results', body))
    event.target.value = ''
    if (made) await forms(made.id)
  })
  return { forms, effect }
}
