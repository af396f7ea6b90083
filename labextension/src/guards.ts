// Made by `npm run generate` from kernel/brainpy_kernel/protocol.schema.json: change that file, not this one.
// @ts-nocheck: written by ajv, in JavaScript
import type { KernelMessage } from './protocol';
const validate = validate33;
const schema40 = {
  description: 'A message from the kernel to the panel.',
  oneOf: [
    { $ref: '#/$defs/Open' },
    { $ref: '#/$defs/State' },
    { $ref: '#/$defs/Code' },
    { $ref: '#/$defs/Structure' },
    { $ref: '#/$defs/Activity' },
    { $ref: '#/$defs/Phase' },
    { $ref: '#/$defs/Bifurcation' },
    { $ref: '#/$defs/FixedPoints' },
    { $ref: '#/$defs/Runs' },
    { $ref: '#/$defs/Refusal' }
  ]
};
const schema41 = {
  description: 'Data of a comm opened by the kernel (`%brainpy panel`): the browser opens the panel.',
  type: 'object',
  properties: { type: { const: 'open' } },
  required: ['type']
};
const schema46 = {
  description: 'The step code in force (`text`) and the generated one (`generated`).',
  type: 'object',
  properties: {
    type: { const: 'code' },
    model: { type: 'string' },
    backend: { type: 'string' },
    method: { type: 'string' },
    text: { type: 'string' },
    generated: { type: 'string' },
    edited: { type: 'boolean' },
    file: { type: ['string', 'null'] }
  },
  required: ['type', 'model', 'backend', 'method', 'text', 'generated', 'edited', 'file']
};
const schema50 = {
  description:
    "Raster and rates of a network's latest run as an ipywidget; null while it has not run. `caption` says which run it is.",
  type: 'object',
  properties: {
    type: { const: 'activity' },
    model: { type: 'string' },
    model_id: { type: ['string', 'null'] },
    caption: { type: 'string' }
  },
  required: ['type', 'model', 'model_id', 'caption']
};
const schema51 = {
  description:
    "The phase plane as an ipywidget, rendered by the notebook's rendermime; null when the model has none (`error` says why).",
  type: 'object',
  properties: { type: { const: 'phase' }, model: { type: 'string' }, model_id: { type: ['string', 'null'] } },
  required: ['type', 'model', 'model_id']
};
const schema52 = {
  description:
    'The bifurcation diagram with its choices as an ipywidget; null where the model has no parameter that is a single number.',
  type: 'object',
  properties: { type: { const: 'bifurcation' }, model: { type: 'string' }, model_id: { type: ['string', 'null'] } },
  required: ['type', 'model', 'model_id']
};
const schema57 = {
  description:
    'Something the user asked for was refused, and what they had stays. `line` counts from 1, `column` from 0, in the step code of the Code view.',
  type: 'object',
  properties: {
    type: { const: 'error' },
    model: { type: ['string', 'null'] },
    view: {
      description: 'The tab it belongs to; null for the panel as a whole.',
      enum: ['code', 'structure', 'activity', 'phase', 'bifurcation', 'fixed_points', 'runs', null]
    },
    message: { type: 'string' },
    line: { type: ['integer', 'null'] },
    column: { type: ['integer', 'null'] }
  },
  required: ['type', 'model', 'view', 'message', 'line', 'column']
};
const schema42 = {
  description: 'All models and networks of the kernel, the current one, and what can be chosen for it.',
  type: 'object',
  properties: {
    type: { const: 'state' },
    protocol: { const: 1 },
    models: { type: 'array', items: { $ref: '#/$defs/ModelInfo' } },
    current: { type: ['string', 'null'] },
    drivers: { type: 'array', items: { $ref: '#/$defs/DriverInfo' } },
    methods: { type: 'array', items: { $ref: '#/$defs/MethodInfo' } }
  },
  required: ['type', 'protocol', 'models', 'current', 'drivers', 'methods']
};
const schema43 = {
  description:
    "A model or network of the user's namespace. The states of a network are its groups; it has no parameters of its own and no single method.",
  type: 'object',
  properties: {
    kind: { enum: ['model', 'network'] },
    name: { type: 'string' },
    title: { type: 'string' },
    states: { type: 'array', items: { type: 'string' } },
    parameters: {
      description: 'Present value of each parameter; null for one that is not a single finite number.',
      type: 'object',
      additionalProperties: { type: ['number', 'null'] }
    },
    backend: { type: 'string' },
    method: { type: 'string' },
    edited: { type: 'boolean' }
  },
  required: ['kind', 'name', 'title', 'states', 'parameters', 'backend', 'method', 'edited']
};
const schema44 = {
  description: 'A driver; `reason` says why it is not available.',
  type: 'object',
  properties: {
    name: { type: 'string' },
    title: { type: 'string' },
    available: { type: 'boolean' },
    reason: { type: ['string', 'null'] }
  },
  required: ['name', 'title', 'available', 'reason']
};
const schema45 = {
  description: 'A numerical method.',
  type: 'object',
  properties: {
    name: { type: 'string' },
    title: { type: 'string' },
    order: { type: 'number' },
    adaptive: { type: 'boolean' }
  },
  required: ['name', 'title', 'order', 'adaptive']
};
function validate24(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}
) {
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate24.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  if (errors === 0) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if (
        (data.type === undefined && (missing0 = 'type')) ||
        (data.protocol === undefined && (missing0 = 'protocol')) ||
        (data.models === undefined && (missing0 = 'models')) ||
        (data.current === undefined && (missing0 = 'current')) ||
        (data.drivers === undefined && (missing0 = 'drivers')) ||
        (data.methods === undefined && (missing0 = 'methods'))
      ) {
        validate24.errors = [
          { instancePath, schemaPath: '#/required', keyword: 'required', params: { missingProperty: missing0 } }
        ];
        return false;
      } else {
        if (data.type !== undefined) {
          const _errs1 = errors;
          if ('state' !== data.type) {
            validate24.errors = [
              {
                instancePath: instancePath + '/type',
                schemaPath: '#/properties/type/const',
                keyword: 'const',
                params: { allowedValue: 'state' }
              }
            ];
            return false;
          }
          var valid0 = _errs1 === errors;
        } else {
          var valid0 = true;
        }
        if (valid0) {
          if (data.protocol !== undefined) {
            const _errs2 = errors;
            if (1 !== data.protocol) {
              validate24.errors = [
                {
                  instancePath: instancePath + '/protocol',
                  schemaPath: '#/properties/protocol/const',
                  keyword: 'const',
                  params: { allowedValue: 1 }
                }
              ];
              return false;
            }
            var valid0 = _errs2 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.models !== undefined) {
              let data2 = data.models;
              const _errs3 = errors;
              if (errors === _errs3) {
                if (Array.isArray(data2)) {
                  var valid1 = true;
                  const len0 = data2.length;
                  for (let i0 = 0; i0 < len0; i0++) {
                    let data3 = data2[i0];
                    const _errs5 = errors;
                    const _errs6 = errors;
                    if (errors === _errs6) {
                      if (data3 && typeof data3 == 'object' && !Array.isArray(data3)) {
                        let missing1;
                        if (
                          (data3.kind === undefined && (missing1 = 'kind')) ||
                          (data3.name === undefined && (missing1 = 'name')) ||
                          (data3.title === undefined && (missing1 = 'title')) ||
                          (data3.states === undefined && (missing1 = 'states')) ||
                          (data3.parameters === undefined && (missing1 = 'parameters')) ||
                          (data3.backend === undefined && (missing1 = 'backend')) ||
                          (data3.method === undefined && (missing1 = 'method')) ||
                          (data3.edited === undefined && (missing1 = 'edited'))
                        ) {
                          validate24.errors = [
                            {
                              instancePath: instancePath + '/models/' + i0,
                              schemaPath: '#/$defs/ModelInfo/required',
                              keyword: 'required',
                              params: { missingProperty: missing1 }
                            }
                          ];
                          return false;
                        } else {
                          if (data3.kind !== undefined) {
                            let data4 = data3.kind;
                            const _errs8 = errors;
                            if (!(data4 === 'model' || data4 === 'network')) {
                              validate24.errors = [
                                {
                                  instancePath: instancePath + '/models/' + i0 + '/kind',
                                  schemaPath: '#/$defs/ModelInfo/properties/kind/enum',
                                  keyword: 'enum',
                                  params: { allowedValues: schema43.properties.kind.enum }
                                }
                              ];
                              return false;
                            }
                            var valid3 = _errs8 === errors;
                          } else {
                            var valid3 = true;
                          }
                          if (valid3) {
                            if (data3.name !== undefined) {
                              const _errs9 = errors;
                              if (typeof data3.name !== 'string') {
                                validate24.errors = [
                                  {
                                    instancePath: instancePath + '/models/' + i0 + '/name',
                                    schemaPath: '#/$defs/ModelInfo/properties/name/type',
                                    keyword: 'type',
                                    params: { type: 'string' }
                                  }
                                ];
                                return false;
                              }
                              var valid3 = _errs9 === errors;
                            } else {
                              var valid3 = true;
                            }
                            if (valid3) {
                              if (data3.title !== undefined) {
                                const _errs11 = errors;
                                if (typeof data3.title !== 'string') {
                                  validate24.errors = [
                                    {
                                      instancePath: instancePath + '/models/' + i0 + '/title',
                                      schemaPath: '#/$defs/ModelInfo/properties/title/type',
                                      keyword: 'type',
                                      params: { type: 'string' }
                                    }
                                  ];
                                  return false;
                                }
                                var valid3 = _errs11 === errors;
                              } else {
                                var valid3 = true;
                              }
                              if (valid3) {
                                if (data3.states !== undefined) {
                                  let data7 = data3.states;
                                  const _errs13 = errors;
                                  if (errors === _errs13) {
                                    if (Array.isArray(data7)) {
                                      var valid4 = true;
                                      const len1 = data7.length;
                                      for (let i1 = 0; i1 < len1; i1++) {
                                        const _errs15 = errors;
                                        if (typeof data7[i1] !== 'string') {
                                          validate24.errors = [
                                            {
                                              instancePath: instancePath + '/models/' + i0 + '/states/' + i1,
                                              schemaPath: '#/$defs/ModelInfo/properties/states/items/type',
                                              keyword: 'type',
                                              params: { type: 'string' }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid4 = _errs15 === errors;
                                        if (!valid4) {
                                          break;
                                        }
                                      }
                                    } else {
                                      validate24.errors = [
                                        {
                                          instancePath: instancePath + '/models/' + i0 + '/states',
                                          schemaPath: '#/$defs/ModelInfo/properties/states/type',
                                          keyword: 'type',
                                          params: { type: 'array' }
                                        }
                                      ];
                                      return false;
                                    }
                                  }
                                  var valid3 = _errs13 === errors;
                                } else {
                                  var valid3 = true;
                                }
                                if (valid3) {
                                  if (data3.parameters !== undefined) {
                                    let data9 = data3.parameters;
                                    const _errs17 = errors;
                                    if (errors === _errs17) {
                                      if (data9 && typeof data9 == 'object' && !Array.isArray(data9)) {
                                        for (const key0 in data9) {
                                          let data10 = data9[key0];
                                          const _errs20 = errors;
                                          if (!(typeof data10 == 'number' && isFinite(data10)) && data10 !== null) {
                                            validate24.errors = [
                                              {
                                                instancePath:
                                                  instancePath +
                                                  '/models/' +
                                                  i0 +
                                                  '/parameters/' +
                                                  key0.replace(/~/g, '~0').replace(/\//g, '~1'),
                                                schemaPath:
                                                  '#/$defs/ModelInfo/properties/parameters/additionalProperties/type',
                                                keyword: 'type',
                                                params: {
                                                  type: schema43.properties.parameters.additionalProperties.type
                                                }
                                              }
                                            ];
                                            return false;
                                          }
                                          var valid5 = _errs20 === errors;
                                          if (!valid5) {
                                            break;
                                          }
                                        }
                                      } else {
                                        validate24.errors = [
                                          {
                                            instancePath: instancePath + '/models/' + i0 + '/parameters',
                                            schemaPath: '#/$defs/ModelInfo/properties/parameters/type',
                                            keyword: 'type',
                                            params: { type: 'object' }
                                          }
                                        ];
                                        return false;
                                      }
                                    }
                                    var valid3 = _errs17 === errors;
                                  } else {
                                    var valid3 = true;
                                  }
                                  if (valid3) {
                                    if (data3.backend !== undefined) {
                                      const _errs22 = errors;
                                      if (typeof data3.backend !== 'string') {
                                        validate24.errors = [
                                          {
                                            instancePath: instancePath + '/models/' + i0 + '/backend',
                                            schemaPath: '#/$defs/ModelInfo/properties/backend/type',
                                            keyword: 'type',
                                            params: { type: 'string' }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid3 = _errs22 === errors;
                                    } else {
                                      var valid3 = true;
                                    }
                                    if (valid3) {
                                      if (data3.method !== undefined) {
                                        const _errs24 = errors;
                                        if (typeof data3.method !== 'string') {
                                          validate24.errors = [
                                            {
                                              instancePath: instancePath + '/models/' + i0 + '/method',
                                              schemaPath: '#/$defs/ModelInfo/properties/method/type',
                                              keyword: 'type',
                                              params: { type: 'string' }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid3 = _errs24 === errors;
                                      } else {
                                        var valid3 = true;
                                      }
                                      if (valid3) {
                                        if (data3.edited !== undefined) {
                                          const _errs26 = errors;
                                          if (typeof data3.edited !== 'boolean') {
                                            validate24.errors = [
                                              {
                                                instancePath: instancePath + '/models/' + i0 + '/edited',
                                                schemaPath: '#/$defs/ModelInfo/properties/edited/type',
                                                keyword: 'type',
                                                params: { type: 'boolean' }
                                              }
                                            ];
                                            return false;
                                          }
                                          var valid3 = _errs26 === errors;
                                        } else {
                                          var valid3 = true;
                                        }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      } else {
                        validate24.errors = [
                          {
                            instancePath: instancePath + '/models/' + i0,
                            schemaPath: '#/$defs/ModelInfo/type',
                            keyword: 'type',
                            params: { type: 'object' }
                          }
                        ];
                        return false;
                      }
                    }
                    var valid1 = _errs5 === errors;
                    if (!valid1) {
                      break;
                    }
                  }
                } else {
                  validate24.errors = [
                    {
                      instancePath: instancePath + '/models',
                      schemaPath: '#/properties/models/type',
                      keyword: 'type',
                      params: { type: 'array' }
                    }
                  ];
                  return false;
                }
              }
              var valid0 = _errs3 === errors;
            } else {
              var valid0 = true;
            }
            if (valid0) {
              if (data.current !== undefined) {
                let data14 = data.current;
                const _errs28 = errors;
                if (typeof data14 !== 'string' && data14 !== null) {
                  validate24.errors = [
                    {
                      instancePath: instancePath + '/current',
                      schemaPath: '#/properties/current/type',
                      keyword: 'type',
                      params: { type: schema42.properties.current.type }
                    }
                  ];
                  return false;
                }
                var valid0 = _errs28 === errors;
              } else {
                var valid0 = true;
              }
              if (valid0) {
                if (data.drivers !== undefined) {
                  let data15 = data.drivers;
                  const _errs30 = errors;
                  if (errors === _errs30) {
                    if (Array.isArray(data15)) {
                      var valid6 = true;
                      const len2 = data15.length;
                      for (let i2 = 0; i2 < len2; i2++) {
                        let data16 = data15[i2];
                        const _errs32 = errors;
                        const _errs33 = errors;
                        if (errors === _errs33) {
                          if (data16 && typeof data16 == 'object' && !Array.isArray(data16)) {
                            let missing2;
                            if (
                              (data16.name === undefined && (missing2 = 'name')) ||
                              (data16.title === undefined && (missing2 = 'title')) ||
                              (data16.available === undefined && (missing2 = 'available')) ||
                              (data16.reason === undefined && (missing2 = 'reason'))
                            ) {
                              validate24.errors = [
                                {
                                  instancePath: instancePath + '/drivers/' + i2,
                                  schemaPath: '#/$defs/DriverInfo/required',
                                  keyword: 'required',
                                  params: { missingProperty: missing2 }
                                }
                              ];
                              return false;
                            } else {
                              if (data16.name !== undefined) {
                                const _errs35 = errors;
                                if (typeof data16.name !== 'string') {
                                  validate24.errors = [
                                    {
                                      instancePath: instancePath + '/drivers/' + i2 + '/name',
                                      schemaPath: '#/$defs/DriverInfo/properties/name/type',
                                      keyword: 'type',
                                      params: { type: 'string' }
                                    }
                                  ];
                                  return false;
                                }
                                var valid8 = _errs35 === errors;
                              } else {
                                var valid8 = true;
                              }
                              if (valid8) {
                                if (data16.title !== undefined) {
                                  const _errs37 = errors;
                                  if (typeof data16.title !== 'string') {
                                    validate24.errors = [
                                      {
                                        instancePath: instancePath + '/drivers/' + i2 + '/title',
                                        schemaPath: '#/$defs/DriverInfo/properties/title/type',
                                        keyword: 'type',
                                        params: { type: 'string' }
                                      }
                                    ];
                                    return false;
                                  }
                                  var valid8 = _errs37 === errors;
                                } else {
                                  var valid8 = true;
                                }
                                if (valid8) {
                                  if (data16.available !== undefined) {
                                    const _errs39 = errors;
                                    if (typeof data16.available !== 'boolean') {
                                      validate24.errors = [
                                        {
                                          instancePath: instancePath + '/drivers/' + i2 + '/available',
                                          schemaPath: '#/$defs/DriverInfo/properties/available/type',
                                          keyword: 'type',
                                          params: { type: 'boolean' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid8 = _errs39 === errors;
                                  } else {
                                    var valid8 = true;
                                  }
                                  if (valid8) {
                                    if (data16.reason !== undefined) {
                                      let data20 = data16.reason;
                                      const _errs41 = errors;
                                      if (typeof data20 !== 'string' && data20 !== null) {
                                        validate24.errors = [
                                          {
                                            instancePath: instancePath + '/drivers/' + i2 + '/reason',
                                            schemaPath: '#/$defs/DriverInfo/properties/reason/type',
                                            keyword: 'type',
                                            params: { type: schema44.properties.reason.type }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid8 = _errs41 === errors;
                                    } else {
                                      var valid8 = true;
                                    }
                                  }
                                }
                              }
                            }
                          } else {
                            validate24.errors = [
                              {
                                instancePath: instancePath + '/drivers/' + i2,
                                schemaPath: '#/$defs/DriverInfo/type',
                                keyword: 'type',
                                params: { type: 'object' }
                              }
                            ];
                            return false;
                          }
                        }
                        var valid6 = _errs32 === errors;
                        if (!valid6) {
                          break;
                        }
                      }
                    } else {
                      validate24.errors = [
                        {
                          instancePath: instancePath + '/drivers',
                          schemaPath: '#/properties/drivers/type',
                          keyword: 'type',
                          params: { type: 'array' }
                        }
                      ];
                      return false;
                    }
                  }
                  var valid0 = _errs30 === errors;
                } else {
                  var valid0 = true;
                }
                if (valid0) {
                  if (data.methods !== undefined) {
                    let data21 = data.methods;
                    const _errs43 = errors;
                    if (errors === _errs43) {
                      if (Array.isArray(data21)) {
                        var valid9 = true;
                        const len3 = data21.length;
                        for (let i3 = 0; i3 < len3; i3++) {
                          let data22 = data21[i3];
                          const _errs45 = errors;
                          const _errs46 = errors;
                          if (errors === _errs46) {
                            if (data22 && typeof data22 == 'object' && !Array.isArray(data22)) {
                              let missing3;
                              if (
                                (data22.name === undefined && (missing3 = 'name')) ||
                                (data22.title === undefined && (missing3 = 'title')) ||
                                (data22.order === undefined && (missing3 = 'order')) ||
                                (data22.adaptive === undefined && (missing3 = 'adaptive'))
                              ) {
                                validate24.errors = [
                                  {
                                    instancePath: instancePath + '/methods/' + i3,
                                    schemaPath: '#/$defs/MethodInfo/required',
                                    keyword: 'required',
                                    params: { missingProperty: missing3 }
                                  }
                                ];
                                return false;
                              } else {
                                if (data22.name !== undefined) {
                                  const _errs48 = errors;
                                  if (typeof data22.name !== 'string') {
                                    validate24.errors = [
                                      {
                                        instancePath: instancePath + '/methods/' + i3 + '/name',
                                        schemaPath: '#/$defs/MethodInfo/properties/name/type',
                                        keyword: 'type',
                                        params: { type: 'string' }
                                      }
                                    ];
                                    return false;
                                  }
                                  var valid11 = _errs48 === errors;
                                } else {
                                  var valid11 = true;
                                }
                                if (valid11) {
                                  if (data22.title !== undefined) {
                                    const _errs50 = errors;
                                    if (typeof data22.title !== 'string') {
                                      validate24.errors = [
                                        {
                                          instancePath: instancePath + '/methods/' + i3 + '/title',
                                          schemaPath: '#/$defs/MethodInfo/properties/title/type',
                                          keyword: 'type',
                                          params: { type: 'string' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid11 = _errs50 === errors;
                                  } else {
                                    var valid11 = true;
                                  }
                                  if (valid11) {
                                    if (data22.order !== undefined) {
                                      let data25 = data22.order;
                                      const _errs52 = errors;
                                      if (!(typeof data25 == 'number' && isFinite(data25))) {
                                        validate24.errors = [
                                          {
                                            instancePath: instancePath + '/methods/' + i3 + '/order',
                                            schemaPath: '#/$defs/MethodInfo/properties/order/type',
                                            keyword: 'type',
                                            params: { type: 'number' }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid11 = _errs52 === errors;
                                    } else {
                                      var valid11 = true;
                                    }
                                    if (valid11) {
                                      if (data22.adaptive !== undefined) {
                                        const _errs54 = errors;
                                        if (typeof data22.adaptive !== 'boolean') {
                                          validate24.errors = [
                                            {
                                              instancePath: instancePath + '/methods/' + i3 + '/adaptive',
                                              schemaPath: '#/$defs/MethodInfo/properties/adaptive/type',
                                              keyword: 'type',
                                              params: { type: 'boolean' }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid11 = _errs54 === errors;
                                      } else {
                                        var valid11 = true;
                                      }
                                    }
                                  }
                                }
                              }
                            } else {
                              validate24.errors = [
                                {
                                  instancePath: instancePath + '/methods/' + i3,
                                  schemaPath: '#/$defs/MethodInfo/type',
                                  keyword: 'type',
                                  params: { type: 'object' }
                                }
                              ];
                              return false;
                            }
                          }
                          var valid9 = _errs45 === errors;
                          if (!valid9) {
                            break;
                          }
                        }
                      } else {
                        validate24.errors = [
                          {
                            instancePath: instancePath + '/methods',
                            schemaPath: '#/properties/methods/type',
                            keyword: 'type',
                            params: { type: 'array' }
                          }
                        ];
                        return false;
                      }
                    }
                    var valid0 = _errs43 === errors;
                  } else {
                    var valid0 = true;
                  }
                }
              }
            }
          }
        }
      }
    } else {
      validate24.errors = [{ instancePath, schemaPath: '#/type', keyword: 'type', params: { type: 'object' } }];
      return false;
    }
  }
  validate24.errors = vErrors;
  return errors === 0;
}
validate24.evaluated = {
  props: { type: true, protocol: true, models: true, current: true, drivers: true, methods: true },
  dynamicProps: false,
  dynamicItems: false
};
const schema47 = {
  description: 'What a network is made of; `memory` is about what a run takes, in words.',
  type: 'object',
  properties: {
    type: { const: 'structure' },
    model: { type: 'string' },
    groups: { type: 'array', items: { $ref: '#/$defs/GroupInfo' } },
    synapses: { type: 'array', items: { $ref: '#/$defs/SynapsesInfo' } },
    memory: { type: 'string' }
  },
  required: ['type', 'model', 'groups', 'synapses', 'memory']
};
const schema48 = {
  description: 'A group or source of a network; `model` and `method` are null for a source.',
  type: 'object',
  properties: {
    name: { type: 'string' },
    kind: { type: 'string' },
    model: { type: ['string', 'null'] },
    method: { type: ['string', 'null'] },
    cells: { type: 'integer' },
    shape: { type: 'array', items: { type: 'integer' } },
    states: { type: 'array', items: { type: 'string' } }
  },
  required: ['name', 'kind', 'model', 'method', 'cells', 'shape', 'states']
};
const schema49 = {
  description:
    'Synapses of a network: the sides and groups they connect, smallest and largest delay, and where each variable lives, in words. `sign` is what their weights or their names say; null where these say nothing.',
  type: 'object',
  properties: {
    name: { type: 'string' },
    model: { type: 'string' },
    pre: { type: 'string' },
    post: { type: 'string' },
    pre_group: { type: 'string' },
    post_group: { type: 'string' },
    sign: { enum: ['excitatory', 'inhibitory', 'coupling', null] },
    connections: { type: 'integer' },
    delay: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    notes: { type: 'array', items: { type: 'string' } }
  },
  required: ['name', 'model', 'pre', 'post', 'pre_group', 'post_group', 'sign', 'connections', 'delay', 'notes']
};
function validate26(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}
) {
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate26.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  if (errors === 0) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if (
        (data.type === undefined && (missing0 = 'type')) ||
        (data.model === undefined && (missing0 = 'model')) ||
        (data.groups === undefined && (missing0 = 'groups')) ||
        (data.synapses === undefined && (missing0 = 'synapses')) ||
        (data.memory === undefined && (missing0 = 'memory'))
      ) {
        validate26.errors = [
          { instancePath, schemaPath: '#/required', keyword: 'required', params: { missingProperty: missing0 } }
        ];
        return false;
      } else {
        if (data.type !== undefined) {
          const _errs1 = errors;
          if ('structure' !== data.type) {
            validate26.errors = [
              {
                instancePath: instancePath + '/type',
                schemaPath: '#/properties/type/const',
                keyword: 'const',
                params: { allowedValue: 'structure' }
              }
            ];
            return false;
          }
          var valid0 = _errs1 === errors;
        } else {
          var valid0 = true;
        }
        if (valid0) {
          if (data.model !== undefined) {
            const _errs2 = errors;
            if (typeof data.model !== 'string') {
              validate26.errors = [
                {
                  instancePath: instancePath + '/model',
                  schemaPath: '#/properties/model/type',
                  keyword: 'type',
                  params: { type: 'string' }
                }
              ];
              return false;
            }
            var valid0 = _errs2 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.groups !== undefined) {
              let data2 = data.groups;
              const _errs4 = errors;
              if (errors === _errs4) {
                if (Array.isArray(data2)) {
                  var valid1 = true;
                  const len0 = data2.length;
                  for (let i0 = 0; i0 < len0; i0++) {
                    let data3 = data2[i0];
                    const _errs6 = errors;
                    const _errs7 = errors;
                    if (errors === _errs7) {
                      if (data3 && typeof data3 == 'object' && !Array.isArray(data3)) {
                        let missing1;
                        if (
                          (data3.name === undefined && (missing1 = 'name')) ||
                          (data3.kind === undefined && (missing1 = 'kind')) ||
                          (data3.model === undefined && (missing1 = 'model')) ||
                          (data3.method === undefined && (missing1 = 'method')) ||
                          (data3.cells === undefined && (missing1 = 'cells')) ||
                          (data3.shape === undefined && (missing1 = 'shape')) ||
                          (data3.states === undefined && (missing1 = 'states'))
                        ) {
                          validate26.errors = [
                            {
                              instancePath: instancePath + '/groups/' + i0,
                              schemaPath: '#/$defs/GroupInfo/required',
                              keyword: 'required',
                              params: { missingProperty: missing1 }
                            }
                          ];
                          return false;
                        } else {
                          if (data3.name !== undefined) {
                            const _errs9 = errors;
                            if (typeof data3.name !== 'string') {
                              validate26.errors = [
                                {
                                  instancePath: instancePath + '/groups/' + i0 + '/name',
                                  schemaPath: '#/$defs/GroupInfo/properties/name/type',
                                  keyword: 'type',
                                  params: { type: 'string' }
                                }
                              ];
                              return false;
                            }
                            var valid3 = _errs9 === errors;
                          } else {
                            var valid3 = true;
                          }
                          if (valid3) {
                            if (data3.kind !== undefined) {
                              const _errs11 = errors;
                              if (typeof data3.kind !== 'string') {
                                validate26.errors = [
                                  {
                                    instancePath: instancePath + '/groups/' + i0 + '/kind',
                                    schemaPath: '#/$defs/GroupInfo/properties/kind/type',
                                    keyword: 'type',
                                    params: { type: 'string' }
                                  }
                                ];
                                return false;
                              }
                              var valid3 = _errs11 === errors;
                            } else {
                              var valid3 = true;
                            }
                            if (valid3) {
                              if (data3.model !== undefined) {
                                let data6 = data3.model;
                                const _errs13 = errors;
                                if (typeof data6 !== 'string' && data6 !== null) {
                                  validate26.errors = [
                                    {
                                      instancePath: instancePath + '/groups/' + i0 + '/model',
                                      schemaPath: '#/$defs/GroupInfo/properties/model/type',
                                      keyword: 'type',
                                      params: { type: schema48.properties.model.type }
                                    }
                                  ];
                                  return false;
                                }
                                var valid3 = _errs13 === errors;
                              } else {
                                var valid3 = true;
                              }
                              if (valid3) {
                                if (data3.method !== undefined) {
                                  let data7 = data3.method;
                                  const _errs15 = errors;
                                  if (typeof data7 !== 'string' && data7 !== null) {
                                    validate26.errors = [
                                      {
                                        instancePath: instancePath + '/groups/' + i0 + '/method',
                                        schemaPath: '#/$defs/GroupInfo/properties/method/type',
                                        keyword: 'type',
                                        params: { type: schema48.properties.method.type }
                                      }
                                    ];
                                    return false;
                                  }
                                  var valid3 = _errs15 === errors;
                                } else {
                                  var valid3 = true;
                                }
                                if (valid3) {
                                  if (data3.cells !== undefined) {
                                    let data8 = data3.cells;
                                    const _errs17 = errors;
                                    if (!(
                                      typeof data8 == 'number' &&
                                      !(data8 % 1) &&
                                      !isNaN(data8) &&
                                      isFinite(data8)
                                    )) {
                                      validate26.errors = [
                                        {
                                          instancePath: instancePath + '/groups/' + i0 + '/cells',
                                          schemaPath: '#/$defs/GroupInfo/properties/cells/type',
                                          keyword: 'type',
                                          params: { type: 'integer' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid3 = _errs17 === errors;
                                  } else {
                                    var valid3 = true;
                                  }
                                  if (valid3) {
                                    if (data3.shape !== undefined) {
                                      let data9 = data3.shape;
                                      const _errs19 = errors;
                                      if (errors === _errs19) {
                                        if (Array.isArray(data9)) {
                                          var valid4 = true;
                                          const len1 = data9.length;
                                          for (let i1 = 0; i1 < len1; i1++) {
                                            let data10 = data9[i1];
                                            const _errs21 = errors;
                                            if (!(
                                              typeof data10 == 'number' &&
                                              !(data10 % 1) &&
                                              !isNaN(data10) &&
                                              isFinite(data10)
                                            )) {
                                              validate26.errors = [
                                                {
                                                  instancePath: instancePath + '/groups/' + i0 + '/shape/' + i1,
                                                  schemaPath: '#/$defs/GroupInfo/properties/shape/items/type',
                                                  keyword: 'type',
                                                  params: { type: 'integer' }
                                                }
                                              ];
                                              return false;
                                            }
                                            var valid4 = _errs21 === errors;
                                            if (!valid4) {
                                              break;
                                            }
                                          }
                                        } else {
                                          validate26.errors = [
                                            {
                                              instancePath: instancePath + '/groups/' + i0 + '/shape',
                                              schemaPath: '#/$defs/GroupInfo/properties/shape/type',
                                              keyword: 'type',
                                              params: { type: 'array' }
                                            }
                                          ];
                                          return false;
                                        }
                                      }
                                      var valid3 = _errs19 === errors;
                                    } else {
                                      var valid3 = true;
                                    }
                                    if (valid3) {
                                      if (data3.states !== undefined) {
                                        let data11 = data3.states;
                                        const _errs23 = errors;
                                        if (errors === _errs23) {
                                          if (Array.isArray(data11)) {
                                            var valid5 = true;
                                            const len2 = data11.length;
                                            for (let i2 = 0; i2 < len2; i2++) {
                                              const _errs25 = errors;
                                              if (typeof data11[i2] !== 'string') {
                                                validate26.errors = [
                                                  {
                                                    instancePath: instancePath + '/groups/' + i0 + '/states/' + i2,
                                                    schemaPath: '#/$defs/GroupInfo/properties/states/items/type',
                                                    keyword: 'type',
                                                    params: { type: 'string' }
                                                  }
                                                ];
                                                return false;
                                              }
                                              var valid5 = _errs25 === errors;
                                              if (!valid5) {
                                                break;
                                              }
                                            }
                                          } else {
                                            validate26.errors = [
                                              {
                                                instancePath: instancePath + '/groups/' + i0 + '/states',
                                                schemaPath: '#/$defs/GroupInfo/properties/states/type',
                                                keyword: 'type',
                                                params: { type: 'array' }
                                              }
                                            ];
                                            return false;
                                          }
                                        }
                                        var valid3 = _errs23 === errors;
                                      } else {
                                        var valid3 = true;
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      } else {
                        validate26.errors = [
                          {
                            instancePath: instancePath + '/groups/' + i0,
                            schemaPath: '#/$defs/GroupInfo/type',
                            keyword: 'type',
                            params: { type: 'object' }
                          }
                        ];
                        return false;
                      }
                    }
                    var valid1 = _errs6 === errors;
                    if (!valid1) {
                      break;
                    }
                  }
                } else {
                  validate26.errors = [
                    {
                      instancePath: instancePath + '/groups',
                      schemaPath: '#/properties/groups/type',
                      keyword: 'type',
                      params: { type: 'array' }
                    }
                  ];
                  return false;
                }
              }
              var valid0 = _errs4 === errors;
            } else {
              var valid0 = true;
            }
            if (valid0) {
              if (data.synapses !== undefined) {
                let data13 = data.synapses;
                const _errs27 = errors;
                if (errors === _errs27) {
                  if (Array.isArray(data13)) {
                    var valid6 = true;
                    const len3 = data13.length;
                    for (let i3 = 0; i3 < len3; i3++) {
                      let data14 = data13[i3];
                      const _errs29 = errors;
                      const _errs30 = errors;
                      if (errors === _errs30) {
                        if (data14 && typeof data14 == 'object' && !Array.isArray(data14)) {
                          let missing2;
                          if (
                            (data14.name === undefined && (missing2 = 'name')) ||
                            (data14.model === undefined && (missing2 = 'model')) ||
                            (data14.pre === undefined && (missing2 = 'pre')) ||
                            (data14.post === undefined && (missing2 = 'post')) ||
                            (data14.pre_group === undefined && (missing2 = 'pre_group')) ||
                            (data14.post_group === undefined && (missing2 = 'post_group')) ||
                            (data14.sign === undefined && (missing2 = 'sign')) ||
                            (data14.connections === undefined && (missing2 = 'connections')) ||
                            (data14.delay === undefined && (missing2 = 'delay')) ||
                            (data14.notes === undefined && (missing2 = 'notes'))
                          ) {
                            validate26.errors = [
                              {
                                instancePath: instancePath + '/synapses/' + i3,
                                schemaPath: '#/$defs/SynapsesInfo/required',
                                keyword: 'required',
                                params: { missingProperty: missing2 }
                              }
                            ];
                            return false;
                          } else {
                            if (data14.name !== undefined) {
                              const _errs32 = errors;
                              if (typeof data14.name !== 'string') {
                                validate26.errors = [
                                  {
                                    instancePath: instancePath + '/synapses/' + i3 + '/name',
                                    schemaPath: '#/$defs/SynapsesInfo/properties/name/type',
                                    keyword: 'type',
                                    params: { type: 'string' }
                                  }
                                ];
                                return false;
                              }
                              var valid8 = _errs32 === errors;
                            } else {
                              var valid8 = true;
                            }
                            if (valid8) {
                              if (data14.model !== undefined) {
                                const _errs34 = errors;
                                if (typeof data14.model !== 'string') {
                                  validate26.errors = [
                                    {
                                      instancePath: instancePath + '/synapses/' + i3 + '/model',
                                      schemaPath: '#/$defs/SynapsesInfo/properties/model/type',
                                      keyword: 'type',
                                      params: { type: 'string' }
                                    }
                                  ];
                                  return false;
                                }
                                var valid8 = _errs34 === errors;
                              } else {
                                var valid8 = true;
                              }
                              if (valid8) {
                                if (data14.pre !== undefined) {
                                  const _errs36 = errors;
                                  if (typeof data14.pre !== 'string') {
                                    validate26.errors = [
                                      {
                                        instancePath: instancePath + '/synapses/' + i3 + '/pre',
                                        schemaPath: '#/$defs/SynapsesInfo/properties/pre/type',
                                        keyword: 'type',
                                        params: { type: 'string' }
                                      }
                                    ];
                                    return false;
                                  }
                                  var valid8 = _errs36 === errors;
                                } else {
                                  var valid8 = true;
                                }
                                if (valid8) {
                                  if (data14.post !== undefined) {
                                    const _errs38 = errors;
                                    if (typeof data14.post !== 'string') {
                                      validate26.errors = [
                                        {
                                          instancePath: instancePath + '/synapses/' + i3 + '/post',
                                          schemaPath: '#/$defs/SynapsesInfo/properties/post/type',
                                          keyword: 'type',
                                          params: { type: 'string' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid8 = _errs38 === errors;
                                  } else {
                                    var valid8 = true;
                                  }
                                  if (valid8) {
                                    if (data14.pre_group !== undefined) {
                                      const _errs40 = errors;
                                      if (typeof data14.pre_group !== 'string') {
                                        validate26.errors = [
                                          {
                                            instancePath: instancePath + '/synapses/' + i3 + '/pre_group',
                                            schemaPath: '#/$defs/SynapsesInfo/properties/pre_group/type',
                                            keyword: 'type',
                                            params: { type: 'string' }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid8 = _errs40 === errors;
                                    } else {
                                      var valid8 = true;
                                    }
                                    if (valid8) {
                                      if (data14.post_group !== undefined) {
                                        const _errs42 = errors;
                                        if (typeof data14.post_group !== 'string') {
                                          validate26.errors = [
                                            {
                                              instancePath: instancePath + '/synapses/' + i3 + '/post_group',
                                              schemaPath: '#/$defs/SynapsesInfo/properties/post_group/type',
                                              keyword: 'type',
                                              params: { type: 'string' }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid8 = _errs42 === errors;
                                      } else {
                                        var valid8 = true;
                                      }
                                      if (valid8) {
                                        if (data14.sign !== undefined) {
                                          let data21 = data14.sign;
                                          const _errs44 = errors;
                                          if (!(
                                            data21 === 'excitatory' ||
                                            data21 === 'inhibitory' ||
                                            data21 === 'coupling' ||
                                            data21 === null
                                          )) {
                                            validate26.errors = [
                                              {
                                                instancePath: instancePath + '/synapses/' + i3 + '/sign',
                                                schemaPath: '#/$defs/SynapsesInfo/properties/sign/enum',
                                                keyword: 'enum',
                                                params: { allowedValues: schema49.properties.sign.enum }
                                              }
                                            ];
                                            return false;
                                          }
                                          var valid8 = _errs44 === errors;
                                        } else {
                                          var valid8 = true;
                                        }
                                        if (valid8) {
                                          if (data14.connections !== undefined) {
                                            let data22 = data14.connections;
                                            const _errs45 = errors;
                                            if (!(
                                              typeof data22 == 'number' &&
                                              !(data22 % 1) &&
                                              !isNaN(data22) &&
                                              isFinite(data22)
                                            )) {
                                              validate26.errors = [
                                                {
                                                  instancePath: instancePath + '/synapses/' + i3 + '/connections',
                                                  schemaPath: '#/$defs/SynapsesInfo/properties/connections/type',
                                                  keyword: 'type',
                                                  params: { type: 'integer' }
                                                }
                                              ];
                                              return false;
                                            }
                                            var valid8 = _errs45 === errors;
                                          } else {
                                            var valid8 = true;
                                          }
                                          if (valid8) {
                                            if (data14.delay !== undefined) {
                                              let data23 = data14.delay;
                                              const _errs47 = errors;
                                              if (errors === _errs47) {
                                                if (Array.isArray(data23)) {
                                                  if (data23.length > 2) {
                                                    validate26.errors = [
                                                      {
                                                        instancePath: instancePath + '/synapses/' + i3 + '/delay',
                                                        schemaPath: '#/$defs/SynapsesInfo/properties/delay/maxItems',
                                                        keyword: 'maxItems',
                                                        params: { limit: 2 }
                                                      }
                                                    ];
                                                    return false;
                                                  } else {
                                                    if (data23.length < 2) {
                                                      validate26.errors = [
                                                        {
                                                          instancePath: instancePath + '/synapses/' + i3 + '/delay',
                                                          schemaPath: '#/$defs/SynapsesInfo/properties/delay/minItems',
                                                          keyword: 'minItems',
                                                          params: { limit: 2 }
                                                        }
                                                      ];
                                                      return false;
                                                    } else {
                                                      var valid9 = true;
                                                      const len4 = data23.length;
                                                      for (let i4 = 0; i4 < len4; i4++) {
                                                        let data24 = data23[i4];
                                                        const _errs49 = errors;
                                                        if (!(typeof data24 == 'number' && isFinite(data24))) {
                                                          validate26.errors = [
                                                            {
                                                              instancePath:
                                                                instancePath + '/synapses/' + i3 + '/delay/' + i4,
                                                              schemaPath:
                                                                '#/$defs/SynapsesInfo/properties/delay/items/type',
                                                              keyword: 'type',
                                                              params: { type: 'number' }
                                                            }
                                                          ];
                                                          return false;
                                                        }
                                                        var valid9 = _errs49 === errors;
                                                        if (!valid9) {
                                                          break;
                                                        }
                                                      }
                                                    }
                                                  }
                                                } else {
                                                  validate26.errors = [
                                                    {
                                                      instancePath: instancePath + '/synapses/' + i3 + '/delay',
                                                      schemaPath: '#/$defs/SynapsesInfo/properties/delay/type',
                                                      keyword: 'type',
                                                      params: { type: 'array' }
                                                    }
                                                  ];
                                                  return false;
                                                }
                                              }
                                              var valid8 = _errs47 === errors;
                                            } else {
                                              var valid8 = true;
                                            }
                                            if (valid8) {
                                              if (data14.notes !== undefined) {
                                                let data25 = data14.notes;
                                                const _errs51 = errors;
                                                if (errors === _errs51) {
                                                  if (Array.isArray(data25)) {
                                                    var valid10 = true;
                                                    const len5 = data25.length;
                                                    for (let i5 = 0; i5 < len5; i5++) {
                                                      const _errs53 = errors;
                                                      if (typeof data25[i5] !== 'string') {
                                                        validate26.errors = [
                                                          {
                                                            instancePath:
                                                              instancePath + '/synapses/' + i3 + '/notes/' + i5,
                                                            schemaPath:
                                                              '#/$defs/SynapsesInfo/properties/notes/items/type',
                                                            keyword: 'type',
                                                            params: { type: 'string' }
                                                          }
                                                        ];
                                                        return false;
                                                      }
                                                      var valid10 = _errs53 === errors;
                                                      if (!valid10) {
                                                        break;
                                                      }
                                                    }
                                                  } else {
                                                    validate26.errors = [
                                                      {
                                                        instancePath: instancePath + '/synapses/' + i3 + '/notes',
                                                        schemaPath: '#/$defs/SynapsesInfo/properties/notes/type',
                                                        keyword: 'type',
                                                        params: { type: 'array' }
                                                      }
                                                    ];
                                                    return false;
                                                  }
                                                }
                                                var valid8 = _errs51 === errors;
                                              } else {
                                                var valid8 = true;
                                              }
                                            }
                                          }
                                        }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        } else {
                          validate26.errors = [
                            {
                              instancePath: instancePath + '/synapses/' + i3,
                              schemaPath: '#/$defs/SynapsesInfo/type',
                              keyword: 'type',
                              params: { type: 'object' }
                            }
                          ];
                          return false;
                        }
                      }
                      var valid6 = _errs29 === errors;
                      if (!valid6) {
                        break;
                      }
                    }
                  } else {
                    validate26.errors = [
                      {
                        instancePath: instancePath + '/synapses',
                        schemaPath: '#/properties/synapses/type',
                        keyword: 'type',
                        params: { type: 'array' }
                      }
                    ];
                    return false;
                  }
                }
                var valid0 = _errs27 === errors;
              } else {
                var valid0 = true;
              }
              if (valid0) {
                if (data.memory !== undefined) {
                  const _errs55 = errors;
                  if (typeof data.memory !== 'string') {
                    validate26.errors = [
                      {
                        instancePath: instancePath + '/memory',
                        schemaPath: '#/properties/memory/type',
                        keyword: 'type',
                        params: { type: 'string' }
                      }
                    ];
                    return false;
                  }
                  var valid0 = _errs55 === errors;
                } else {
                  var valid0 = true;
                }
              }
            }
          }
        }
      }
    } else {
      validate26.errors = [{ instancePath, schemaPath: '#/type', keyword: 'type', params: { type: 'object' } }];
      return false;
    }
  }
  validate26.errors = vErrors;
  return errors === 0;
}
validate26.evaluated = {
  props: { type: true, model: true, groups: true, synapses: true, memory: true },
  dynamicProps: false,
  dynamicItems: false
};
const schema53 = {
  description:
    'The fixed points at the present parameter values; `message` says what qualifies all of them or why there are none, or is null.',
  type: 'object',
  properties: {
    type: { const: 'fixed_points' },
    model: { type: 'string' },
    states: { type: 'array', items: { type: 'string' } },
    parameters: { type: 'object', additionalProperties: { type: ['number', 'null'] } },
    rows: { type: 'array', items: { $ref: '#/$defs/FixedPointRow' } },
    message: { type: ['string', 'null'] }
  },
  required: ['type', 'model', 'states', 'parameters', 'rows', 'message']
};
const schema54 = {
  description:
    'One fixed point: the value of each state, the eigenvalues as [real, imaginary], its kind in words; `note` qualifies the kind, or is empty.',
  type: 'object',
  properties: {
    values: { type: 'array', items: { type: 'number' } },
    eigenvalues: { type: 'array', items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 } },
    kind: { type: 'string' },
    stable: { type: 'boolean' },
    note: { type: 'string' }
  },
  required: ['values', 'eigenvalues', 'kind', 'stable', 'note']
};
function validate28(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}
) {
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate28.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  if (errors === 0) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if (
        (data.type === undefined && (missing0 = 'type')) ||
        (data.model === undefined && (missing0 = 'model')) ||
        (data.states === undefined && (missing0 = 'states')) ||
        (data.parameters === undefined && (missing0 = 'parameters')) ||
        (data.rows === undefined && (missing0 = 'rows')) ||
        (data.message === undefined && (missing0 = 'message'))
      ) {
        validate28.errors = [
          { instancePath, schemaPath: '#/required', keyword: 'required', params: { missingProperty: missing0 } }
        ];
        return false;
      } else {
        if (data.type !== undefined) {
          const _errs1 = errors;
          if ('fixed_points' !== data.type) {
            validate28.errors = [
              {
                instancePath: instancePath + '/type',
                schemaPath: '#/properties/type/const',
                keyword: 'const',
                params: { allowedValue: 'fixed_points' }
              }
            ];
            return false;
          }
          var valid0 = _errs1 === errors;
        } else {
          var valid0 = true;
        }
        if (valid0) {
          if (data.model !== undefined) {
            const _errs2 = errors;
            if (typeof data.model !== 'string') {
              validate28.errors = [
                {
                  instancePath: instancePath + '/model',
                  schemaPath: '#/properties/model/type',
                  keyword: 'type',
                  params: { type: 'string' }
                }
              ];
              return false;
            }
            var valid0 = _errs2 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.states !== undefined) {
              let data2 = data.states;
              const _errs4 = errors;
              if (errors === _errs4) {
                if (Array.isArray(data2)) {
                  var valid1 = true;
                  const len0 = data2.length;
                  for (let i0 = 0; i0 < len0; i0++) {
                    const _errs6 = errors;
                    if (typeof data2[i0] !== 'string') {
                      validate28.errors = [
                        {
                          instancePath: instancePath + '/states/' + i0,
                          schemaPath: '#/properties/states/items/type',
                          keyword: 'type',
                          params: { type: 'string' }
                        }
                      ];
                      return false;
                    }
                    var valid1 = _errs6 === errors;
                    if (!valid1) {
                      break;
                    }
                  }
                } else {
                  validate28.errors = [
                    {
                      instancePath: instancePath + '/states',
                      schemaPath: '#/properties/states/type',
                      keyword: 'type',
                      params: { type: 'array' }
                    }
                  ];
                  return false;
                }
              }
              var valid0 = _errs4 === errors;
            } else {
              var valid0 = true;
            }
            if (valid0) {
              if (data.parameters !== undefined) {
                let data4 = data.parameters;
                const _errs8 = errors;
                if (errors === _errs8) {
                  if (data4 && typeof data4 == 'object' && !Array.isArray(data4)) {
                    for (const key0 in data4) {
                      let data5 = data4[key0];
                      const _errs11 = errors;
                      if (!(typeof data5 == 'number' && isFinite(data5)) && data5 !== null) {
                        validate28.errors = [
                          {
                            instancePath: instancePath + '/parameters/' + key0.replace(/~/g, '~0').replace(/\//g, '~1'),
                            schemaPath: '#/properties/parameters/additionalProperties/type',
                            keyword: 'type',
                            params: { type: schema53.properties.parameters.additionalProperties.type }
                          }
                        ];
                        return false;
                      }
                      var valid2 = _errs11 === errors;
                      if (!valid2) {
                        break;
                      }
                    }
                  } else {
                    validate28.errors = [
                      {
                        instancePath: instancePath + '/parameters',
                        schemaPath: '#/properties/parameters/type',
                        keyword: 'type',
                        params: { type: 'object' }
                      }
                    ];
                    return false;
                  }
                }
                var valid0 = _errs8 === errors;
              } else {
                var valid0 = true;
              }
              if (valid0) {
                if (data.rows !== undefined) {
                  let data6 = data.rows;
                  const _errs13 = errors;
                  if (errors === _errs13) {
                    if (Array.isArray(data6)) {
                      var valid3 = true;
                      const len1 = data6.length;
                      for (let i1 = 0; i1 < len1; i1++) {
                        let data7 = data6[i1];
                        const _errs15 = errors;
                        const _errs16 = errors;
                        if (errors === _errs16) {
                          if (data7 && typeof data7 == 'object' && !Array.isArray(data7)) {
                            let missing1;
                            if (
                              (data7.values === undefined && (missing1 = 'values')) ||
                              (data7.eigenvalues === undefined && (missing1 = 'eigenvalues')) ||
                              (data7.kind === undefined && (missing1 = 'kind')) ||
                              (data7.stable === undefined && (missing1 = 'stable')) ||
                              (data7.note === undefined && (missing1 = 'note'))
                            ) {
                              validate28.errors = [
                                {
                                  instancePath: instancePath + '/rows/' + i1,
                                  schemaPath: '#/$defs/FixedPointRow/required',
                                  keyword: 'required',
                                  params: { missingProperty: missing1 }
                                }
                              ];
                              return false;
                            } else {
                              if (data7.values !== undefined) {
                                let data8 = data7.values;
                                const _errs18 = errors;
                                if (errors === _errs18) {
                                  if (Array.isArray(data8)) {
                                    var valid6 = true;
                                    const len2 = data8.length;
                                    for (let i2 = 0; i2 < len2; i2++) {
                                      let data9 = data8[i2];
                                      const _errs20 = errors;
                                      if (!(typeof data9 == 'number' && isFinite(data9))) {
                                        validate28.errors = [
                                          {
                                            instancePath: instancePath + '/rows/' + i1 + '/values/' + i2,
                                            schemaPath: '#/$defs/FixedPointRow/properties/values/items/type',
                                            keyword: 'type',
                                            params: { type: 'number' }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid6 = _errs20 === errors;
                                      if (!valid6) {
                                        break;
                                      }
                                    }
                                  } else {
                                    validate28.errors = [
                                      {
                                        instancePath: instancePath + '/rows/' + i1 + '/values',
                                        schemaPath: '#/$defs/FixedPointRow/properties/values/type',
                                        keyword: 'type',
                                        params: { type: 'array' }
                                      }
                                    ];
                                    return false;
                                  }
                                }
                                var valid5 = _errs18 === errors;
                              } else {
                                var valid5 = true;
                              }
                              if (valid5) {
                                if (data7.eigenvalues !== undefined) {
                                  let data10 = data7.eigenvalues;
                                  const _errs22 = errors;
                                  if (errors === _errs22) {
                                    if (Array.isArray(data10)) {
                                      var valid7 = true;
                                      const len3 = data10.length;
                                      for (let i3 = 0; i3 < len3; i3++) {
                                        let data11 = data10[i3];
                                        const _errs24 = errors;
                                        if (errors === _errs24) {
                                          if (Array.isArray(data11)) {
                                            if (data11.length > 2) {
                                              validate28.errors = [
                                                {
                                                  instancePath: instancePath + '/rows/' + i1 + '/eigenvalues/' + i3,
                                                  schemaPath:
                                                    '#/$defs/FixedPointRow/properties/eigenvalues/items/maxItems',
                                                  keyword: 'maxItems',
                                                  params: { limit: 2 }
                                                }
                                              ];
                                              return false;
                                            } else {
                                              if (data11.length < 2) {
                                                validate28.errors = [
                                                  {
                                                    instancePath: instancePath + '/rows/' + i1 + '/eigenvalues/' + i3,
                                                    schemaPath:
                                                      '#/$defs/FixedPointRow/properties/eigenvalues/items/minItems',
                                                    keyword: 'minItems',
                                                    params: { limit: 2 }
                                                  }
                                                ];
                                                return false;
                                              } else {
                                                var valid8 = true;
                                                const len4 = data11.length;
                                                for (let i4 = 0; i4 < len4; i4++) {
                                                  let data12 = data11[i4];
                                                  const _errs26 = errors;
                                                  if (!(typeof data12 == 'number' && isFinite(data12))) {
                                                    validate28.errors = [
                                                      {
                                                        instancePath:
                                                          instancePath +
                                                          '/rows/' +
                                                          i1 +
                                                          '/eigenvalues/' +
                                                          i3 +
                                                          '/' +
                                                          i4,
                                                        schemaPath:
                                                          '#/$defs/FixedPointRow/properties/eigenvalues/items/items/type',
                                                        keyword: 'type',
                                                        params: { type: 'number' }
                                                      }
                                                    ];
                                                    return false;
                                                  }
                                                  var valid8 = _errs26 === errors;
                                                  if (!valid8) {
                                                    break;
                                                  }
                                                }
                                              }
                                            }
                                          } else {
                                            validate28.errors = [
                                              {
                                                instancePath: instancePath + '/rows/' + i1 + '/eigenvalues/' + i3,
                                                schemaPath: '#/$defs/FixedPointRow/properties/eigenvalues/items/type',
                                                keyword: 'type',
                                                params: { type: 'array' }
                                              }
                                            ];
                                            return false;
                                          }
                                        }
                                        var valid7 = _errs24 === errors;
                                        if (!valid7) {
                                          break;
                                        }
                                      }
                                    } else {
                                      validate28.errors = [
                                        {
                                          instancePath: instancePath + '/rows/' + i1 + '/eigenvalues',
                                          schemaPath: '#/$defs/FixedPointRow/properties/eigenvalues/type',
                                          keyword: 'type',
                                          params: { type: 'array' }
                                        }
                                      ];
                                      return false;
                                    }
                                  }
                                  var valid5 = _errs22 === errors;
                                } else {
                                  var valid5 = true;
                                }
                                if (valid5) {
                                  if (data7.kind !== undefined) {
                                    const _errs28 = errors;
                                    if (typeof data7.kind !== 'string') {
                                      validate28.errors = [
                                        {
                                          instancePath: instancePath + '/rows/' + i1 + '/kind',
                                          schemaPath: '#/$defs/FixedPointRow/properties/kind/type',
                                          keyword: 'type',
                                          params: { type: 'string' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid5 = _errs28 === errors;
                                  } else {
                                    var valid5 = true;
                                  }
                                  if (valid5) {
                                    if (data7.stable !== undefined) {
                                      const _errs30 = errors;
                                      if (typeof data7.stable !== 'boolean') {
                                        validate28.errors = [
                                          {
                                            instancePath: instancePath + '/rows/' + i1 + '/stable',
                                            schemaPath: '#/$defs/FixedPointRow/properties/stable/type',
                                            keyword: 'type',
                                            params: { type: 'boolean' }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid5 = _errs30 === errors;
                                    } else {
                                      var valid5 = true;
                                    }
                                    if (valid5) {
                                      if (data7.note !== undefined) {
                                        const _errs32 = errors;
                                        if (typeof data7.note !== 'string') {
                                          validate28.errors = [
                                            {
                                              instancePath: instancePath + '/rows/' + i1 + '/note',
                                              schemaPath: '#/$defs/FixedPointRow/properties/note/type',
                                              keyword: 'type',
                                              params: { type: 'string' }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid5 = _errs32 === errors;
                                      } else {
                                        var valid5 = true;
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          } else {
                            validate28.errors = [
                              {
                                instancePath: instancePath + '/rows/' + i1,
                                schemaPath: '#/$defs/FixedPointRow/type',
                                keyword: 'type',
                                params: { type: 'object' }
                              }
                            ];
                            return false;
                          }
                        }
                        var valid3 = _errs15 === errors;
                        if (!valid3) {
                          break;
                        }
                      }
                    } else {
                      validate28.errors = [
                        {
                          instancePath: instancePath + '/rows',
                          schemaPath: '#/properties/rows/type',
                          keyword: 'type',
                          params: { type: 'array' }
                        }
                      ];
                      return false;
                    }
                  }
                  var valid0 = _errs13 === errors;
                } else {
                  var valid0 = true;
                }
                if (valid0) {
                  if (data.message !== undefined) {
                    let data16 = data.message;
                    const _errs34 = errors;
                    if (typeof data16 !== 'string' && data16 !== null) {
                      validate28.errors = [
                        {
                          instancePath: instancePath + '/message',
                          schemaPath: '#/properties/message/type',
                          keyword: 'type',
                          params: { type: schema53.properties.message.type }
                        }
                      ];
                      return false;
                    }
                    var valid0 = _errs34 === errors;
                  } else {
                    var valid0 = true;
                  }
                }
              }
            }
          }
        }
      }
    } else {
      validate28.errors = [{ instancePath, schemaPath: '#/type', keyword: 'type', params: { type: 'object' } }];
      return false;
    }
  }
  validate28.errors = vErrors;
  return errors === 0;
}
validate28.evaluated = {
  props: { type: true, model: true, states: true, parameters: true, rows: true, message: true },
  dynamicProps: false,
  dynamicItems: false
};
const schema55 = {
  description: 'The runs of this kernel, newest first.',
  type: 'object',
  properties: { type: { const: 'runs' }, runs: { type: 'array', items: { $ref: '#/$defs/RunInfo' } } },
  required: ['type', 'runs']
};
const schema56 = {
  description:
    'One run. `progress` runs from 0 to 1, `started` is in seconds since 1970, `duration` in model time, `steps` counts steps done; `cell` is the prompt of the cell that runs it, null where sliders do.',
  type: 'object',
  properties: {
    id: { type: 'string' },
    model: { type: 'string' },
    status: { enum: ['waiting', 'running', 'done', 'cancelled', 'failed'] },
    progress: { type: 'number', minimum: 0, maximum: 1 },
    started: { type: 'number' },
    duration: { type: 'number' },
    outcome: { type: ['string', 'null'] },
    steps: { type: ['number', 'null'] },
    cell: { type: ['string', 'null'] }
  },
  required: ['id', 'model', 'status', 'progress', 'started', 'duration', 'outcome', 'steps', 'cell']
};
function validate30(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}
) {
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate30.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  if (errors === 0) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if ((data.type === undefined && (missing0 = 'type')) || (data.runs === undefined && (missing0 = 'runs'))) {
        validate30.errors = [
          { instancePath, schemaPath: '#/required', keyword: 'required', params: { missingProperty: missing0 } }
        ];
        return false;
      } else {
        if (data.type !== undefined) {
          const _errs1 = errors;
          if ('runs' !== data.type) {
            validate30.errors = [
              {
                instancePath: instancePath + '/type',
                schemaPath: '#/properties/type/const',
                keyword: 'const',
                params: { allowedValue: 'runs' }
              }
            ];
            return false;
          }
          var valid0 = _errs1 === errors;
        } else {
          var valid0 = true;
        }
        if (valid0) {
          if (data.runs !== undefined) {
            let data1 = data.runs;
            const _errs2 = errors;
            if (errors === _errs2) {
              if (Array.isArray(data1)) {
                var valid1 = true;
                const len0 = data1.length;
                for (let i0 = 0; i0 < len0; i0++) {
                  let data2 = data1[i0];
                  const _errs4 = errors;
                  const _errs5 = errors;
                  if (errors === _errs5) {
                    if (data2 && typeof data2 == 'object' && !Array.isArray(data2)) {
                      let missing1;
                      if (
                        (data2.id === undefined && (missing1 = 'id')) ||
                        (data2.model === undefined && (missing1 = 'model')) ||
                        (data2.status === undefined && (missing1 = 'status')) ||
                        (data2.progress === undefined && (missing1 = 'progress')) ||
                        (data2.started === undefined && (missing1 = 'started')) ||
                        (data2.duration === undefined && (missing1 = 'duration')) ||
                        (data2.outcome === undefined && (missing1 = 'outcome')) ||
                        (data2.steps === undefined && (missing1 = 'steps')) ||
                        (data2.cell === undefined && (missing1 = 'cell'))
                      ) {
                        validate30.errors = [
                          {
                            instancePath: instancePath + '/runs/' + i0,
                            schemaPath: '#/$defs/RunInfo/required',
                            keyword: 'required',
                            params: { missingProperty: missing1 }
                          }
                        ];
                        return false;
                      } else {
                        if (data2.id !== undefined) {
                          const _errs7 = errors;
                          if (typeof data2.id !== 'string') {
                            validate30.errors = [
                              {
                                instancePath: instancePath + '/runs/' + i0 + '/id',
                                schemaPath: '#/$defs/RunInfo/properties/id/type',
                                keyword: 'type',
                                params: { type: 'string' }
                              }
                            ];
                            return false;
                          }
                          var valid3 = _errs7 === errors;
                        } else {
                          var valid3 = true;
                        }
                        if (valid3) {
                          if (data2.model !== undefined) {
                            const _errs9 = errors;
                            if (typeof data2.model !== 'string') {
                              validate30.errors = [
                                {
                                  instancePath: instancePath + '/runs/' + i0 + '/model',
                                  schemaPath: '#/$defs/RunInfo/properties/model/type',
                                  keyword: 'type',
                                  params: { type: 'string' }
                                }
                              ];
                              return false;
                            }
                            var valid3 = _errs9 === errors;
                          } else {
                            var valid3 = true;
                          }
                          if (valid3) {
                            if (data2.status !== undefined) {
                              let data5 = data2.status;
                              const _errs11 = errors;
                              if (!(
                                data5 === 'waiting' ||
                                data5 === 'running' ||
                                data5 === 'done' ||
                                data5 === 'cancelled' ||
                                data5 === 'failed'
                              )) {
                                validate30.errors = [
                                  {
                                    instancePath: instancePath + '/runs/' + i0 + '/status',
                                    schemaPath: '#/$defs/RunInfo/properties/status/enum',
                                    keyword: 'enum',
                                    params: { allowedValues: schema56.properties.status.enum }
                                  }
                                ];
                                return false;
                              }
                              var valid3 = _errs11 === errors;
                            } else {
                              var valid3 = true;
                            }
                            if (valid3) {
                              if (data2.progress !== undefined) {
                                let data6 = data2.progress;
                                const _errs12 = errors;
                                if (errors === _errs12) {
                                  if (typeof data6 == 'number' && isFinite(data6)) {
                                    if (data6 > 1 || isNaN(data6)) {
                                      validate30.errors = [
                                        {
                                          instancePath: instancePath + '/runs/' + i0 + '/progress',
                                          schemaPath: '#/$defs/RunInfo/properties/progress/maximum',
                                          keyword: 'maximum',
                                          params: { comparison: '<=', limit: 1 }
                                        }
                                      ];
                                      return false;
                                    } else {
                                      if (data6 < 0 || isNaN(data6)) {
                                        validate30.errors = [
                                          {
                                            instancePath: instancePath + '/runs/' + i0 + '/progress',
                                            schemaPath: '#/$defs/RunInfo/properties/progress/minimum',
                                            keyword: 'minimum',
                                            params: { comparison: '>=', limit: 0 }
                                          }
                                        ];
                                        return false;
                                      }
                                    }
                                  } else {
                                    validate30.errors = [
                                      {
                                        instancePath: instancePath + '/runs/' + i0 + '/progress',
                                        schemaPath: '#/$defs/RunInfo/properties/progress/type',
                                        keyword: 'type',
                                        params: { type: 'number' }
                                      }
                                    ];
                                    return false;
                                  }
                                }
                                var valid3 = _errs12 === errors;
                              } else {
                                var valid3 = true;
                              }
                              if (valid3) {
                                if (data2.started !== undefined) {
                                  let data7 = data2.started;
                                  const _errs14 = errors;
                                  if (!(typeof data7 == 'number' && isFinite(data7))) {
                                    validate30.errors = [
                                      {
                                        instancePath: instancePath + '/runs/' + i0 + '/started',
                                        schemaPath: '#/$defs/RunInfo/properties/started/type',
                                        keyword: 'type',
                                        params: { type: 'number' }
                                      }
                                    ];
                                    return false;
                                  }
                                  var valid3 = _errs14 === errors;
                                } else {
                                  var valid3 = true;
                                }
                                if (valid3) {
                                  if (data2.duration !== undefined) {
                                    let data8 = data2.duration;
                                    const _errs16 = errors;
                                    if (!(typeof data8 == 'number' && isFinite(data8))) {
                                      validate30.errors = [
                                        {
                                          instancePath: instancePath + '/runs/' + i0 + '/duration',
                                          schemaPath: '#/$defs/RunInfo/properties/duration/type',
                                          keyword: 'type',
                                          params: { type: 'number' }
                                        }
                                      ];
                                      return false;
                                    }
                                    var valid3 = _errs16 === errors;
                                  } else {
                                    var valid3 = true;
                                  }
                                  if (valid3) {
                                    if (data2.outcome !== undefined) {
                                      let data9 = data2.outcome;
                                      const _errs18 = errors;
                                      if (typeof data9 !== 'string' && data9 !== null) {
                                        validate30.errors = [
                                          {
                                            instancePath: instancePath + '/runs/' + i0 + '/outcome',
                                            schemaPath: '#/$defs/RunInfo/properties/outcome/type',
                                            keyword: 'type',
                                            params: { type: schema56.properties.outcome.type }
                                          }
                                        ];
                                        return false;
                                      }
                                      var valid3 = _errs18 === errors;
                                    } else {
                                      var valid3 = true;
                                    }
                                    if (valid3) {
                                      if (data2.steps !== undefined) {
                                        let data10 = data2.steps;
                                        const _errs20 = errors;
                                        if (!(typeof data10 == 'number' && isFinite(data10)) && data10 !== null) {
                                          validate30.errors = [
                                            {
                                              instancePath: instancePath + '/runs/' + i0 + '/steps',
                                              schemaPath: '#/$defs/RunInfo/properties/steps/type',
                                              keyword: 'type',
                                              params: { type: schema56.properties.steps.type }
                                            }
                                          ];
                                          return false;
                                        }
                                        var valid3 = _errs20 === errors;
                                      } else {
                                        var valid3 = true;
                                      }
                                      if (valid3) {
                                        if (data2.cell !== undefined) {
                                          let data11 = data2.cell;
                                          const _errs22 = errors;
                                          if (typeof data11 !== 'string' && data11 !== null) {
                                            validate30.errors = [
                                              {
                                                instancePath: instancePath + '/runs/' + i0 + '/cell',
                                                schemaPath: '#/$defs/RunInfo/properties/cell/type',
                                                keyword: 'type',
                                                params: { type: schema56.properties.cell.type }
                                              }
                                            ];
                                            return false;
                                          }
                                          var valid3 = _errs22 === errors;
                                        } else {
                                          var valid3 = true;
                                        }
                                      }
                                    }
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    } else {
                      validate30.errors = [
                        {
                          instancePath: instancePath + '/runs/' + i0,
                          schemaPath: '#/$defs/RunInfo/type',
                          keyword: 'type',
                          params: { type: 'object' }
                        }
                      ];
                      return false;
                    }
                  }
                  var valid1 = _errs4 === errors;
                  if (!valid1) {
                    break;
                  }
                }
              } else {
                validate30.errors = [
                  {
                    instancePath: instancePath + '/runs',
                    schemaPath: '#/properties/runs/type',
                    keyword: 'type',
                    params: { type: 'array' }
                  }
                ];
                return false;
              }
            }
            var valid0 = _errs2 === errors;
          } else {
            var valid0 = true;
          }
        }
      }
    } else {
      validate30.errors = [{ instancePath, schemaPath: '#/type', keyword: 'type', params: { type: 'object' } }];
      return false;
    }
  }
  validate30.errors = vErrors;
  return errors === 0;
}
validate30.evaluated = { props: { type: true, runs: true }, dynamicProps: false, dynamicItems: false };
function validate33(
  data,
  { instancePath = '', parentData, parentDataProperty, rootData = data, dynamicAnchors = {} } = {}
) {
  let vErrors = null;
  let errors = 0;
  const evaluated0 = validate33.evaluated;
  if (evaluated0.dynamicProps) {
    evaluated0.props = undefined;
  }
  if (evaluated0.dynamicItems) {
    evaluated0.items = undefined;
  }
  const _errs0 = errors;
  let valid0 = false;
  let passing0 = null;
  const _errs1 = errors;
  const _errs2 = errors;
  if (errors === _errs2) {
    if (data && typeof data == 'object' && !Array.isArray(data)) {
      let missing0;
      if (data.type === undefined && (missing0 = 'type')) {
        const err0 = {
          instancePath,
          schemaPath: '#/$defs/Open/required',
          keyword: 'required',
          params: { missingProperty: missing0 }
        };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      } else {
        if (data.type !== undefined) {
          if ('open' !== data.type) {
            const err1 = {
              instancePath: instancePath + '/type',
              schemaPath: '#/$defs/Open/properties/type/const',
              keyword: 'const',
              params: { allowedValue: 'open' }
            };
            if (vErrors === null) {
              vErrors = [err1];
            } else {
              vErrors.push(err1);
            }
            errors++;
          }
        }
      }
    } else {
      const err2 = { instancePath, schemaPath: '#/$defs/Open/type', keyword: 'type', params: { type: 'object' } };
      if (vErrors === null) {
        vErrors = [err2];
      } else {
        vErrors.push(err2);
      }
      errors++;
    }
  }
  var _valid0 = _errs1 === errors;
  if (_valid0) {
    valid0 = true;
    passing0 = 0;
    var props0 = {};
    props0.type = true;
  }
  const _errs5 = errors;
  if (!validate24(data, { instancePath, parentData, parentDataProperty, rootData, dynamicAnchors })) {
    vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
    errors = vErrors.length;
  }
  var _valid0 = _errs5 === errors;
  if (_valid0 && valid0) {
    valid0 = false;
    passing0 = [passing0, 1];
  } else {
    if (_valid0) {
      valid0 = true;
      passing0 = 1;
      if (props0 !== true) {
        props0 = props0 || {};
        props0.type = true;
        props0.protocol = true;
        props0.models = true;
        props0.current = true;
        props0.drivers = true;
        props0.methods = true;
      }
    }
    const _errs6 = errors;
    const _errs7 = errors;
    if (errors === _errs7) {
      if (data && typeof data == 'object' && !Array.isArray(data)) {
        let missing1;
        if (
          (data.type === undefined && (missing1 = 'type')) ||
          (data.model === undefined && (missing1 = 'model')) ||
          (data.backend === undefined && (missing1 = 'backend')) ||
          (data.method === undefined && (missing1 = 'method')) ||
          (data.text === undefined && (missing1 = 'text')) ||
          (data.generated === undefined && (missing1 = 'generated')) ||
          (data.edited === undefined && (missing1 = 'edited')) ||
          (data.file === undefined && (missing1 = 'file'))
        ) {
          const err3 = {
            instancePath,
            schemaPath: '#/$defs/Code/required',
            keyword: 'required',
            params: { missingProperty: missing1 }
          };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        } else {
          if (data.type !== undefined) {
            const _errs9 = errors;
            if ('code' !== data.type) {
              const err4 = {
                instancePath: instancePath + '/type',
                schemaPath: '#/$defs/Code/properties/type/const',
                keyword: 'const',
                params: { allowedValue: 'code' }
              };
              if (vErrors === null) {
                vErrors = [err4];
              } else {
                vErrors.push(err4);
              }
              errors++;
            }
            var valid4 = _errs9 === errors;
          } else {
            var valid4 = true;
          }
          if (valid4) {
            if (data.model !== undefined) {
              const _errs10 = errors;
              if (typeof data.model !== 'string') {
                const err5 = {
                  instancePath: instancePath + '/model',
                  schemaPath: '#/$defs/Code/properties/model/type',
                  keyword: 'type',
                  params: { type: 'string' }
                };
                if (vErrors === null) {
                  vErrors = [err5];
                } else {
                  vErrors.push(err5);
                }
                errors++;
              }
              var valid4 = _errs10 === errors;
            } else {
              var valid4 = true;
            }
            if (valid4) {
              if (data.backend !== undefined) {
                const _errs12 = errors;
                if (typeof data.backend !== 'string') {
                  const err6 = {
                    instancePath: instancePath + '/backend',
                    schemaPath: '#/$defs/Code/properties/backend/type',
                    keyword: 'type',
                    params: { type: 'string' }
                  };
                  if (vErrors === null) {
                    vErrors = [err6];
                  } else {
                    vErrors.push(err6);
                  }
                  errors++;
                }
                var valid4 = _errs12 === errors;
              } else {
                var valid4 = true;
              }
              if (valid4) {
                if (data.method !== undefined) {
                  const _errs14 = errors;
                  if (typeof data.method !== 'string') {
                    const err7 = {
                      instancePath: instancePath + '/method',
                      schemaPath: '#/$defs/Code/properties/method/type',
                      keyword: 'type',
                      params: { type: 'string' }
                    };
                    if (vErrors === null) {
                      vErrors = [err7];
                    } else {
                      vErrors.push(err7);
                    }
                    errors++;
                  }
                  var valid4 = _errs14 === errors;
                } else {
                  var valid4 = true;
                }
                if (valid4) {
                  if (data.text !== undefined) {
                    const _errs16 = errors;
                    if (typeof data.text !== 'string') {
                      const err8 = {
                        instancePath: instancePath + '/text',
                        schemaPath: '#/$defs/Code/properties/text/type',
                        keyword: 'type',
                        params: { type: 'string' }
                      };
                      if (vErrors === null) {
                        vErrors = [err8];
                      } else {
                        vErrors.push(err8);
                      }
                      errors++;
                    }
                    var valid4 = _errs16 === errors;
                  } else {
                    var valid4 = true;
                  }
                  if (valid4) {
                    if (data.generated !== undefined) {
                      const _errs18 = errors;
                      if (typeof data.generated !== 'string') {
                        const err9 = {
                          instancePath: instancePath + '/generated',
                          schemaPath: '#/$defs/Code/properties/generated/type',
                          keyword: 'type',
                          params: { type: 'string' }
                        };
                        if (vErrors === null) {
                          vErrors = [err9];
                        } else {
                          vErrors.push(err9);
                        }
                        errors++;
                      }
                      var valid4 = _errs18 === errors;
                    } else {
                      var valid4 = true;
                    }
                    if (valid4) {
                      if (data.edited !== undefined) {
                        const _errs20 = errors;
                        if (typeof data.edited !== 'boolean') {
                          const err10 = {
                            instancePath: instancePath + '/edited',
                            schemaPath: '#/$defs/Code/properties/edited/type',
                            keyword: 'type',
                            params: { type: 'boolean' }
                          };
                          if (vErrors === null) {
                            vErrors = [err10];
                          } else {
                            vErrors.push(err10);
                          }
                          errors++;
                        }
                        var valid4 = _errs20 === errors;
                      } else {
                        var valid4 = true;
                      }
                      if (valid4) {
                        if (data.file !== undefined) {
                          let data8 = data.file;
                          const _errs22 = errors;
                          if (typeof data8 !== 'string' && data8 !== null) {
                            const err11 = {
                              instancePath: instancePath + '/file',
                              schemaPath: '#/$defs/Code/properties/file/type',
                              keyword: 'type',
                              params: { type: schema46.properties.file.type }
                            };
                            if (vErrors === null) {
                              vErrors = [err11];
                            } else {
                              vErrors.push(err11);
                            }
                            errors++;
                          }
                          var valid4 = _errs22 === errors;
                        } else {
                          var valid4 = true;
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      } else {
        const err12 = { instancePath, schemaPath: '#/$defs/Code/type', keyword: 'type', params: { type: 'object' } };
        if (vErrors === null) {
          vErrors = [err12];
        } else {
          vErrors.push(err12);
        }
        errors++;
      }
    }
    var _valid0 = _errs6 === errors;
    if (_valid0 && valid0) {
      valid0 = false;
      passing0 = [passing0, 2];
    } else {
      if (_valid0) {
        valid0 = true;
        passing0 = 2;
        if (props0 !== true) {
          props0 = props0 || {};
          props0.type = true;
          props0.model = true;
          props0.backend = true;
          props0.method = true;
          props0.text = true;
          props0.generated = true;
          props0.edited = true;
          props0.file = true;
        }
      }
      const _errs24 = errors;
      if (!validate26(data, { instancePath, parentData, parentDataProperty, rootData, dynamicAnchors })) {
        vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
        errors = vErrors.length;
      }
      var _valid0 = _errs24 === errors;
      if (_valid0 && valid0) {
        valid0 = false;
        passing0 = [passing0, 3];
      } else {
        if (_valid0) {
          valid0 = true;
          passing0 = 3;
          if (props0 !== true) {
            props0 = props0 || {};
            props0.type = true;
            props0.model = true;
            props0.groups = true;
            props0.synapses = true;
            props0.memory = true;
          }
        }
        const _errs25 = errors;
        const _errs26 = errors;
        if (errors === _errs26) {
          if (data && typeof data == 'object' && !Array.isArray(data)) {
            let missing2;
            if (
              (data.type === undefined && (missing2 = 'type')) ||
              (data.model === undefined && (missing2 = 'model')) ||
              (data.model_id === undefined && (missing2 = 'model_id')) ||
              (data.caption === undefined && (missing2 = 'caption'))
            ) {
              const err13 = {
                instancePath,
                schemaPath: '#/$defs/Activity/required',
                keyword: 'required',
                params: { missingProperty: missing2 }
              };
              if (vErrors === null) {
                vErrors = [err13];
              } else {
                vErrors.push(err13);
              }
              errors++;
            } else {
              if (data.type !== undefined) {
                const _errs28 = errors;
                if ('activity' !== data.type) {
                  const err14 = {
                    instancePath: instancePath + '/type',
                    schemaPath: '#/$defs/Activity/properties/type/const',
                    keyword: 'const',
                    params: { allowedValue: 'activity' }
                  };
                  if (vErrors === null) {
                    vErrors = [err14];
                  } else {
                    vErrors.push(err14);
                  }
                  errors++;
                }
                var valid6 = _errs28 === errors;
              } else {
                var valid6 = true;
              }
              if (valid6) {
                if (data.model !== undefined) {
                  const _errs29 = errors;
                  if (typeof data.model !== 'string') {
                    const err15 = {
                      instancePath: instancePath + '/model',
                      schemaPath: '#/$defs/Activity/properties/model/type',
                      keyword: 'type',
                      params: { type: 'string' }
                    };
                    if (vErrors === null) {
                      vErrors = [err15];
                    } else {
                      vErrors.push(err15);
                    }
                    errors++;
                  }
                  var valid6 = _errs29 === errors;
                } else {
                  var valid6 = true;
                }
                if (valid6) {
                  if (data.model_id !== undefined) {
                    let data11 = data.model_id;
                    const _errs31 = errors;
                    if (typeof data11 !== 'string' && data11 !== null) {
                      const err16 = {
                        instancePath: instancePath + '/model_id',
                        schemaPath: '#/$defs/Activity/properties/model_id/type',
                        keyword: 'type',
                        params: { type: schema50.properties.model_id.type }
                      };
                      if (vErrors === null) {
                        vErrors = [err16];
                      } else {
                        vErrors.push(err16);
                      }
                      errors++;
                    }
                    var valid6 = _errs31 === errors;
                  } else {
                    var valid6 = true;
                  }
                  if (valid6) {
                    if (data.caption !== undefined) {
                      const _errs33 = errors;
                      if (typeof data.caption !== 'string') {
                        const err17 = {
                          instancePath: instancePath + '/caption',
                          schemaPath: '#/$defs/Activity/properties/caption/type',
                          keyword: 'type',
                          params: { type: 'string' }
                        };
                        if (vErrors === null) {
                          vErrors = [err17];
                        } else {
                          vErrors.push(err17);
                        }
                        errors++;
                      }
                      var valid6 = _errs33 === errors;
                    } else {
                      var valid6 = true;
                    }
                  }
                }
              }
            }
          } else {
            const err18 = {
              instancePath,
              schemaPath: '#/$defs/Activity/type',
              keyword: 'type',
              params: { type: 'object' }
            };
            if (vErrors === null) {
              vErrors = [err18];
            } else {
              vErrors.push(err18);
            }
            errors++;
          }
        }
        var _valid0 = _errs25 === errors;
        if (_valid0 && valid0) {
          valid0 = false;
          passing0 = [passing0, 4];
        } else {
          if (_valid0) {
            valid0 = true;
            passing0 = 4;
            if (props0 !== true) {
              props0 = props0 || {};
              props0.type = true;
              props0.model = true;
              props0.model_id = true;
              props0.caption = true;
            }
          }
          const _errs35 = errors;
          const _errs36 = errors;
          if (errors === _errs36) {
            if (data && typeof data == 'object' && !Array.isArray(data)) {
              let missing3;
              if (
                (data.type === undefined && (missing3 = 'type')) ||
                (data.model === undefined && (missing3 = 'model')) ||
                (data.model_id === undefined && (missing3 = 'model_id'))
              ) {
                const err19 = {
                  instancePath,
                  schemaPath: '#/$defs/Phase/required',
                  keyword: 'required',
                  params: { missingProperty: missing3 }
                };
                if (vErrors === null) {
                  vErrors = [err19];
                } else {
                  vErrors.push(err19);
                }
                errors++;
              } else {
                if (data.type !== undefined) {
                  const _errs38 = errors;
                  if ('phase' !== data.type) {
                    const err20 = {
                      instancePath: instancePath + '/type',
                      schemaPath: '#/$defs/Phase/properties/type/const',
                      keyword: 'const',
                      params: { allowedValue: 'phase' }
                    };
                    if (vErrors === null) {
                      vErrors = [err20];
                    } else {
                      vErrors.push(err20);
                    }
                    errors++;
                  }
                  var valid8 = _errs38 === errors;
                } else {
                  var valid8 = true;
                }
                if (valid8) {
                  if (data.model !== undefined) {
                    const _errs39 = errors;
                    if (typeof data.model !== 'string') {
                      const err21 = {
                        instancePath: instancePath + '/model',
                        schemaPath: '#/$defs/Phase/properties/model/type',
                        keyword: 'type',
                        params: { type: 'string' }
                      };
                      if (vErrors === null) {
                        vErrors = [err21];
                      } else {
                        vErrors.push(err21);
                      }
                      errors++;
                    }
                    var valid8 = _errs39 === errors;
                  } else {
                    var valid8 = true;
                  }
                  if (valid8) {
                    if (data.model_id !== undefined) {
                      let data15 = data.model_id;
                      const _errs41 = errors;
                      if (typeof data15 !== 'string' && data15 !== null) {
                        const err22 = {
                          instancePath: instancePath + '/model_id',
                          schemaPath: '#/$defs/Phase/properties/model_id/type',
                          keyword: 'type',
                          params: { type: schema51.properties.model_id.type }
                        };
                        if (vErrors === null) {
                          vErrors = [err22];
                        } else {
                          vErrors.push(err22);
                        }
                        errors++;
                      }
                      var valid8 = _errs41 === errors;
                    } else {
                      var valid8 = true;
                    }
                  }
                }
              }
            } else {
              const err23 = {
                instancePath,
                schemaPath: '#/$defs/Phase/type',
                keyword: 'type',
                params: { type: 'object' }
              };
              if (vErrors === null) {
                vErrors = [err23];
              } else {
                vErrors.push(err23);
              }
              errors++;
            }
          }
          var _valid0 = _errs35 === errors;
          if (_valid0 && valid0) {
            valid0 = false;
            passing0 = [passing0, 5];
          } else {
            if (_valid0) {
              valid0 = true;
              passing0 = 5;
              if (props0 !== true) {
                props0 = props0 || {};
                props0.type = true;
                props0.model = true;
                props0.model_id = true;
              }
            }
            const _errs43 = errors;
            const _errs44 = errors;
            if (errors === _errs44) {
              if (data && typeof data == 'object' && !Array.isArray(data)) {
                let missing4;
                if (
                  (data.type === undefined && (missing4 = 'type')) ||
                  (data.model === undefined && (missing4 = 'model')) ||
                  (data.model_id === undefined && (missing4 = 'model_id'))
                ) {
                  const err24 = {
                    instancePath,
                    schemaPath: '#/$defs/Bifurcation/required',
                    keyword: 'required',
                    params: { missingProperty: missing4 }
                  };
                  if (vErrors === null) {
                    vErrors = [err24];
                  } else {
                    vErrors.push(err24);
                  }
                  errors++;
                } else {
                  if (data.type !== undefined) {
                    const _errs46 = errors;
                    if ('bifurcation' !== data.type) {
                      const err25 = {
                        instancePath: instancePath + '/type',
                        schemaPath: '#/$defs/Bifurcation/properties/type/const',
                        keyword: 'const',
                        params: { allowedValue: 'bifurcation' }
                      };
                      if (vErrors === null) {
                        vErrors = [err25];
                      } else {
                        vErrors.push(err25);
                      }
                      errors++;
                    }
                    var valid10 = _errs46 === errors;
                  } else {
                    var valid10 = true;
                  }
                  if (valid10) {
                    if (data.model !== undefined) {
                      const _errs47 = errors;
                      if (typeof data.model !== 'string') {
                        const err26 = {
                          instancePath: instancePath + '/model',
                          schemaPath: '#/$defs/Bifurcation/properties/model/type',
                          keyword: 'type',
                          params: { type: 'string' }
                        };
                        if (vErrors === null) {
                          vErrors = [err26];
                        } else {
                          vErrors.push(err26);
                        }
                        errors++;
                      }
                      var valid10 = _errs47 === errors;
                    } else {
                      var valid10 = true;
                    }
                    if (valid10) {
                      if (data.model_id !== undefined) {
                        let data18 = data.model_id;
                        const _errs49 = errors;
                        if (typeof data18 !== 'string' && data18 !== null) {
                          const err27 = {
                            instancePath: instancePath + '/model_id',
                            schemaPath: '#/$defs/Bifurcation/properties/model_id/type',
                            keyword: 'type',
                            params: { type: schema52.properties.model_id.type }
                          };
                          if (vErrors === null) {
                            vErrors = [err27];
                          } else {
                            vErrors.push(err27);
                          }
                          errors++;
                        }
                        var valid10 = _errs49 === errors;
                      } else {
                        var valid10 = true;
                      }
                    }
                  }
                }
              } else {
                const err28 = {
                  instancePath,
                  schemaPath: '#/$defs/Bifurcation/type',
                  keyword: 'type',
                  params: { type: 'object' }
                };
                if (vErrors === null) {
                  vErrors = [err28];
                } else {
                  vErrors.push(err28);
                }
                errors++;
              }
            }
            var _valid0 = _errs43 === errors;
            if (_valid0 && valid0) {
              valid0 = false;
              passing0 = [passing0, 6];
            } else {
              if (_valid0) {
                valid0 = true;
                passing0 = 6;
                if (props0 !== true) {
                  props0 = props0 || {};
                  props0.type = true;
                  props0.model = true;
                  props0.model_id = true;
                }
              }
              const _errs51 = errors;
              if (!validate28(data, { instancePath, parentData, parentDataProperty, rootData, dynamicAnchors })) {
                vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
                errors = vErrors.length;
              }
              var _valid0 = _errs51 === errors;
              if (_valid0 && valid0) {
                valid0 = false;
                passing0 = [passing0, 7];
              } else {
                if (_valid0) {
                  valid0 = true;
                  passing0 = 7;
                  if (props0 !== true) {
                    props0 = props0 || {};
                    props0.type = true;
                    props0.model = true;
                    props0.states = true;
                    props0.parameters = true;
                    props0.rows = true;
                    props0.message = true;
                  }
                }
                const _errs52 = errors;
                if (!validate30(data, { instancePath, parentData, parentDataProperty, rootData, dynamicAnchors })) {
                  vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
                  errors = vErrors.length;
                }
                var _valid0 = _errs52 === errors;
                if (_valid0 && valid0) {
                  valid0 = false;
                  passing0 = [passing0, 8];
                } else {
                  if (_valid0) {
                    valid0 = true;
                    passing0 = 8;
                    if (props0 !== true) {
                      props0 = props0 || {};
                      props0.type = true;
                      props0.runs = true;
                    }
                  }
                  const _errs53 = errors;
                  const _errs54 = errors;
                  if (errors === _errs54) {
                    if (data && typeof data == 'object' && !Array.isArray(data)) {
                      let missing5;
                      if (
                        (data.type === undefined && (missing5 = 'type')) ||
                        (data.model === undefined && (missing5 = 'model')) ||
                        (data.view === undefined && (missing5 = 'view')) ||
                        (data.message === undefined && (missing5 = 'message')) ||
                        (data.line === undefined && (missing5 = 'line')) ||
                        (data.column === undefined && (missing5 = 'column'))
                      ) {
                        const err29 = {
                          instancePath,
                          schemaPath: '#/$defs/Refusal/required',
                          keyword: 'required',
                          params: { missingProperty: missing5 }
                        };
                        if (vErrors === null) {
                          vErrors = [err29];
                        } else {
                          vErrors.push(err29);
                        }
                        errors++;
                      } else {
                        if (data.type !== undefined) {
                          const _errs56 = errors;
                          if ('error' !== data.type) {
                            const err30 = {
                              instancePath: instancePath + '/type',
                              schemaPath: '#/$defs/Refusal/properties/type/const',
                              keyword: 'const',
                              params: { allowedValue: 'error' }
                            };
                            if (vErrors === null) {
                              vErrors = [err30];
                            } else {
                              vErrors.push(err30);
                            }
                            errors++;
                          }
                          var valid12 = _errs56 === errors;
                        } else {
                          var valid12 = true;
                        }
                        if (valid12) {
                          if (data.model !== undefined) {
                            let data20 = data.model;
                            const _errs57 = errors;
                            if (typeof data20 !== 'string' && data20 !== null) {
                              const err31 = {
                                instancePath: instancePath + '/model',
                                schemaPath: '#/$defs/Refusal/properties/model/type',
                                keyword: 'type',
                                params: { type: schema57.properties.model.type }
                              };
                              if (vErrors === null) {
                                vErrors = [err31];
                              } else {
                                vErrors.push(err31);
                              }
                              errors++;
                            }
                            var valid12 = _errs57 === errors;
                          } else {
                            var valid12 = true;
                          }
                          if (valid12) {
                            if (data.view !== undefined) {
                              let data21 = data.view;
                              const _errs59 = errors;
                              if (!(
                                data21 === 'code' ||
                                data21 === 'structure' ||
                                data21 === 'activity' ||
                                data21 === 'phase' ||
                                data21 === 'bifurcation' ||
                                data21 === 'fixed_points' ||
                                data21 === 'runs' ||
                                data21 === null
                              )) {
                                const err32 = {
                                  instancePath: instancePath + '/view',
                                  schemaPath: '#/$defs/Refusal/properties/view/enum',
                                  keyword: 'enum',
                                  params: { allowedValues: schema57.properties.view.enum }
                                };
                                if (vErrors === null) {
                                  vErrors = [err32];
                                } else {
                                  vErrors.push(err32);
                                }
                                errors++;
                              }
                              var valid12 = _errs59 === errors;
                            } else {
                              var valid12 = true;
                            }
                            if (valid12) {
                              if (data.message !== undefined) {
                                const _errs60 = errors;
                                if (typeof data.message !== 'string') {
                                  const err33 = {
                                    instancePath: instancePath + '/message',
                                    schemaPath: '#/$defs/Refusal/properties/message/type',
                                    keyword: 'type',
                                    params: { type: 'string' }
                                  };
                                  if (vErrors === null) {
                                    vErrors = [err33];
                                  } else {
                                    vErrors.push(err33);
                                  }
                                  errors++;
                                }
                                var valid12 = _errs60 === errors;
                              } else {
                                var valid12 = true;
                              }
                              if (valid12) {
                                if (data.line !== undefined) {
                                  let data23 = data.line;
                                  const _errs62 = errors;
                                  if (
                                    !(
                                      typeof data23 == 'number' &&
                                      !(data23 % 1) &&
                                      !isNaN(data23) &&
                                      isFinite(data23)
                                    ) &&
                                    data23 !== null
                                  ) {
                                    const err34 = {
                                      instancePath: instancePath + '/line',
                                      schemaPath: '#/$defs/Refusal/properties/line/type',
                                      keyword: 'type',
                                      params: { type: schema57.properties.line.type }
                                    };
                                    if (vErrors === null) {
                                      vErrors = [err34];
                                    } else {
                                      vErrors.push(err34);
                                    }
                                    errors++;
                                  }
                                  var valid12 = _errs62 === errors;
                                } else {
                                  var valid12 = true;
                                }
                                if (valid12) {
                                  if (data.column !== undefined) {
                                    let data24 = data.column;
                                    const _errs64 = errors;
                                    if (
                                      !(
                                        typeof data24 == 'number' &&
                                        !(data24 % 1) &&
                                        !isNaN(data24) &&
                                        isFinite(data24)
                                      ) &&
                                      data24 !== null
                                    ) {
                                      const err35 = {
                                        instancePath: instancePath + '/column',
                                        schemaPath: '#/$defs/Refusal/properties/column/type',
                                        keyword: 'type',
                                        params: { type: schema57.properties.column.type }
                                      };
                                      if (vErrors === null) {
                                        vErrors = [err35];
                                      } else {
                                        vErrors.push(err35);
                                      }
                                      errors++;
                                    }
                                    var valid12 = _errs64 === errors;
                                  } else {
                                    var valid12 = true;
                                  }
                                }
                              }
                            }
                          }
                        }
                      }
                    } else {
                      const err36 = {
                        instancePath,
                        schemaPath: '#/$defs/Refusal/type',
                        keyword: 'type',
                        params: { type: 'object' }
                      };
                      if (vErrors === null) {
                        vErrors = [err36];
                      } else {
                        vErrors.push(err36);
                      }
                      errors++;
                    }
                  }
                  var _valid0 = _errs53 === errors;
                  if (_valid0 && valid0) {
                    valid0 = false;
                    passing0 = [passing0, 9];
                  } else {
                    if (_valid0) {
                      valid0 = true;
                      passing0 = 9;
                      if (props0 !== true) {
                        props0 = props0 || {};
                        props0.type = true;
                        props0.model = true;
                        props0.view = true;
                        props0.message = true;
                        props0.line = true;
                        props0.column = true;
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  if (!valid0) {
    const err37 = { instancePath, schemaPath: '#/oneOf', keyword: 'oneOf', params: { passingSchemas: passing0 } };
    if (vErrors === null) {
      vErrors = [err37];
    } else {
      vErrors.push(err37);
    }
    errors++;
    validate33.errors = vErrors;
    return false;
  } else {
    errors = _errs0;
    if (vErrors !== null) {
      if (_errs0) {
        vErrors.length = _errs0;
      } else {
        vErrors = null;
      }
    }
  }
  validate33.errors = vErrors;
  evaluated0.props = props0;
  return errors === 0;
}
validate33.evaluated = { dynamicProps: true, dynamicItems: false };
/** Whether a value is a message that the kernel half may send. Properties that the schema does not name are ignored. */
export const isKernelMessage: (value: unknown) => value is KernelMessage = validate;
