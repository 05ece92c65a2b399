import { counted, type Language, pairs, tens, words } from './language.ts'

export const SPANISH: Language = {
  code: 'es',
  common: new Set(
    words(`el la los las un una unos unas de del y o es son era ser cómo como qué que cuál cuáles quién por para porque dónde
      cuándo puedo puede pueden debo debe yo mi mis tu su sus nosotros nuestro se lo en con al está están hay tengo tiene
      hacer`),
  ),
  negations: new Set(
    words('no nunca jamás nada nadie ningún ninguno ninguna ni sin tampoco excepto salvo apenas'),
  ),
  numbers: new Map([
    ...counted(2, 'dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince'),
    ...counted(16, 'dieciséis diecisiete dieciocho diecinueve'),
    ...tens('veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'),
    ...counted(
      21,
      'veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve',
    ),
    ...Object.entries({
      cero: 0,
      medio: 0.5,
      media: 0.5,
      mitad: 0.5,
      cuarto: 0.25,
      primero: 1,
      primer: 1,
      primera: 1,
    }),
    ...Object.entries({
      segundo: 2,
      segunda: 2,
      tercero: 3,
      tercer: 3,
      tercera: 3,
      doble: 2,
      triple: 3,
      docena: 12,
    }),
    ...Object.entries({
      ambos: 2,
      cien: 100,
      ciento: 100,
      cientos: 100,
      mil: 1000,
      millón: 1e6,
      millones: 1e6,
    }),
  ]),
  opposites:
    pairs(`activar/desactivar activado/desactivado encender/apagar abrir/cerrar abierto/cerrado iniciar/detener
    empezar/terminar comenzar/terminar inicio/fin añadir/eliminar añadir/quitar agregar/eliminar agregar/quitar crear/borrar
    crear/eliminar instalar/desinstalar aumentar/disminuir aumentar/reducir subir/bajar más/menos máximo/mínimo
    máxima/mínima mayor/menor superior/inferior alto/bajo alta/baja grande/pequeño grande/pequeña largo/corto larga/corta
    viejo/nuevo vieja/nueva viejo/joven antiguo/nuevo antigua/nueva rápido/lento rápida/lenta barato/caro barata/cara
    mejor/peor bueno/malo buena/mala caliente/frío mojado/seco pesado/ligero fuerte/débil duro/blando difícil/fácil
    temprano/tarde antes/después primero/último primera/última siguiente/anterior arriba/abajo encima/debajo sobre/bajo
    izquierda/derecha dentro/fuera interior/exterior entrar/salir entrada/salida norte/sur este/oeste empujar/tirar
    comprar/vender compra/venta alquilar/comprar prestar/pedir ganar/perder aceptar/rechazar permitir/prohibir
    permitido/prohibido aprobar/rechazar aprobar/suspender cifrar/descifrar bloquear/desbloquear mostrar/ocultar
    visible/oculto importar/exportar subir/descargar cargar/descargar enviar/recibir suscribir/cancelar incluir/excluir
    incluido/excluido con/sin seguro/peligroso legal/ilegal posible/imposible verdadero/falso sí/no siempre/nunca
    todos/ninguno lleno/vacío hombre/mujer hombres/mujeres niño/niña padre/madre hijo/hija hermano/hermana marido/mujer
    día/noche mañana/noche público/privado pública/privada interno/externo conectar/desconectar ascendente/descendente
    positivo/negativo positiva/negativa ganancia/pérdida llegada/salida venir/ir contratar/despedir ventajas/desventajas
    ventaja/desventaja ventajas/inconvenientes horizontal/vertical manual/automático temporal/permanente local/remoto
    leer/escribir nacimiento/muerte propietario/inquilino empleador/empleado bruto/neto`),
  timely:
    words(`ahora hoy mañana ayer actualmente actual actuales reciente recientes recientemente último_modelo
    última_versión últimas esta_semana este_mes este_año esta_noche esta_mañana semana_pasada mes_pasado próxima_semana
    en_este_momento hasta_ahora noticias clima pronóstico precio precios cotización bolsa tipo_de_cambio marcador
    clasificación tráfico qué_hora qué_día qué_fecha todavía_abierto`),
  pronouns: new Set(words('él ella ellos ellas ello esto eso este esta ese esa estos estas esos esas lo')),
  followUps:
    words(`cuéntame_más dime_más más sigue continúa continúe adelante y_luego y_qué qué_tal por_qué_no por_qué_eso
    qué_más otro_más otra_más otra_vez de_nuevo explica_eso explícalo amplía resúmelo tradúcelo más_corto más_largo hazlo
    lo_mismo el_primero el_segundo el_último sí no ok vale gracias de_verdad es_eso qué_es_eso quién_es_él quién_es_ella
    cómo_funciona_eso`),
  edits:
    words(`corrige_este corrija_este corrige_esto este_código esta_función este_archivo este_error este_texto este_correo
    este_documento lo_anterior el_siguiente_texto siguiente_texto siguiente_código adjunto modifica_el modifica_este
    mejora_este mejora_esto reescribe refactoriza completa_el completa_este`),
}
