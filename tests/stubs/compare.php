<?php
/**
 * Holds what Reflection shows of the loaded extension against php-stubs, in both directions.
 *
 * usage: php -n codegen/dump.php php-stubs | php -n -d extension=swoole.so tests/stubs/compare.php
 *
 * Prints each difference, and exits with 1 if there is one.
 */
declare(strict_types=1);

$want = json_decode(stream_get_contents(STDIN), true, flags: JSON_THROW_ON_ERROR);
$extension = new ReflectionExtension('swoole');
$compared = 0;
$differences = [];

function same(string $what, mixed $wanted, mixed $got): void
{
    global $compared, $differences;
    $compared++;
    if ($wanted !== $got) {
        $differences[] = "$what: the stub says " . json_encode($wanted) . ', the extension ' . json_encode($got);
    }
}

/** A union's parts in one order, however it was written. */
function wanted_type(?array $type): array
{
    $parts = $type === null ? [] : [...$type['builtin'], ...$type['classes']];
    sort($parts);
    return $parts;
}

function got_type(?ReflectionType $type): array
{
    if ($type === null) {
        return [];
    }
    $parts = array_map(fn($part) => $part->getName(), $type instanceof ReflectionUnionType ? $type->getTypes() : [$type]);
    if ($type instanceof ReflectionNamedType && $type->allowsNull() && !in_array($type->getName(), ['null', 'mixed'], true)) {
        $parts[] = 'null';
    }
    sort($parts);
    return $parts;
}

function compare_function(string $what, array $wanted, ReflectionFunctionAbstract $got): void
{
    same("$what returns", wanted_type($wanted['returns']), got_type($got->getReturnType()));
    same("$what returns by reference", $wanted['returns_reference'], $got->returnsReference());
    same("$what required parameters", $wanted['required'], $got->getNumberOfRequiredParameters());
    same("$what parameters", array_column($wanted['parameters'], 'name'), array_map(fn($p) => $p->getName(), $got->getParameters()));
    foreach ($got->getParameters() as $i => $p) {
        $q = $wanted['parameters'][$i] ?? null;
        if ($q === null || $q['name'] !== $p->getName()) {
            continue;
        }
        same("$what \${$q['name']} type", wanted_type($q['type']), got_type($p->getType()));
        same("$what \${$q['name']} by reference", $q['by_reference'], $p->isPassedByReference());
        same("$what \${$q['name']} variadic", $q['variadic'], $p->isVariadic());
        same("$what \${$q['name']} has a default", $q['default'] !== null, $p->isDefaultValueAvailable());
        if ($q['default'] !== null && $p->isDefaultValueAvailable()) {
            if (preg_match('/^[A-Z_]+$/', $q['default']) && !defined($q['default'])) {
                // Of an extension that is not loaded here: the name is all that can be seen.
                same("$what \${$q['name']} default constant", $q['default'], ltrim((string) $p->getDefaultValueConstantName(), '\\'));
                continue;
            }
            $constant = $p->isDefaultValueConstant() ? ltrim($p->getDefaultValueConstantName(), '\\') : null;
            same("$what \${$q['name']} default constant", defined($q['default']) && !in_array($q['default'], ['true', 'false', 'null'], true) ? $q['default'] : null, $constant);
            same("$what \${$q['name']} default", eval("return {$q['default']};"), $p->getDefaultValue());
        }
    }
}

$visibility = fn($r): string => $r->isPublic() ? 'public' : ($r->isProtected() ? 'protected' : 'private');
$names = fn(array $list): array => (function (array $names) { sort($names); return $names; })(array_column($list, 'name'));
$own = fn(array $reflected, string $class): array => array_filter($reflected, fn($r) => $r->getDeclaringClass()->getName() === $class);
$own_names = function (array $reflected, string $class) use ($own): array {
    $names = array_values(array_map(fn($r) => $r->getName(), $own($reflected, $class)));
    sort($names);
    return $names;
};

$classes = $aliases = [];
foreach ($extension->getClasses() as $key => $c) {
    strcasecmp($key, $c->getName()) === 0 ? $classes[] = $c->getName() : $aliases[] = strtolower($key);
}
sort($classes);
sort($aliases);
same('classes', $names($want['classes']), $classes);
same('aliases', array_map(strtolower(...), $names($want['aliases'])), $aliases);
$functions = array_map(fn($f) => $f->getName(), $extension->getFunctions());
sort($functions);
same('functions', $names($want['functions']), array_values($functions));

foreach ($want['constants'] as $k) {
    same("constant {$k['name']}", $k['value']['value'] ?? null, defined($k['name']) ? constant($k['name']) : 'not defined');
}
$constants = array_keys($extension->getConstants());
sort($constants);
same('constants', $names($want['constants']), $constants);

foreach ($want['functions'] as $f) {
    if (function_exists($f['name'])) {
        compare_function("{$f['name']}()", $f, new ReflectionFunction($f['name']));
    }
}

foreach ($want['aliases'] as $alias) {
    same("alias {$alias['name']}", $alias['class'], class_exists($alias['name'], false) ? (new ReflectionClass($alias['name']))->getName() : null);
}

foreach ($want['classes'] as $w) {
    $name = $w['name'];
    if (!class_exists($name, false)) {
        continue; // said above
    }
    $c = new ReflectionClass($name);
    same("$name parent", $w['parent'], $c->getParentClass() ? $c->getParentClass()->getName() : null);
    same("$name interfaces", [], array_diff($w['interfaces'], $c->getInterfaceNames()));
    same("$name final", $w['final'], $c->isFinal());
    same("$name abstract", $w['abstract'], $c->isAbstract());

    same("$name constants", $names($w['constants']), $own_names($c->getReflectionConstants(), $name));
    foreach ($w['constants'] as $k) {
        same("$name::{$k['name']}", $k['value']['value'] ?? null, $c->getConstant($k['name']));
    }
    same("$name properties", $names($w['properties']), $own_names($c->getProperties(), $name));
    foreach ($w['properties'] as $p) {
        if (!$c->hasProperty($p['name'])) {
            continue;
        }
        $q = $c->getProperty($p['name']);
        same("$name::\${$p['name']} visibility", $p['visibility'], $visibility($q));
        same("$name::\${$p['name']} static", $p['static'], $q->isStatic());
        same("$name::\${$p['name']} type", wanted_type($p['type']), got_type($q->getType()));
        same("$name::\${$p['name']} default", $p['default']['value'] ?? null, $q->getDefaultValue());
    }
    same("$name methods", $names($w['methods']), $own_names($c->getMethods(), $name));
    foreach ($w['methods'] as $m) {
        if (!$c->hasMethod($m['name'])) {
            continue;
        }
        $q = $c->getMethod($m['name']);
        same("$name::{$m['name']}() visibility", $m['visibility'], $visibility($q));
        same("$name::{$m['name']}() static", $m['static'], $q->isStatic());
        same("$name::{$m['name']}() final", $m['final'], $q->isFinal());
        compare_function("$name::{$m['name']}()", $m, $q);
    }
}

foreach ($differences as $difference) {
    echo "$difference\n";
}
printf("stubs: %d facts compared, %d differ\n", $compared, count($differences));
exit($differences || $compared === 0 ? 1 : 0);
